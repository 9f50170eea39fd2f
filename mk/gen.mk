# What is generated from schemas/ (nothing generated is committed): structs, tables, OpenAPI.
.PHONY: gen
gen:
