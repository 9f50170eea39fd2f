.PHONY: tidy
tidy: ## layers, banned calls, dead files, long functions, formatting
	@mkdir -p build
	@tests/tidy/tidy.sh
