# The broker on this machine; what the targets do stands in compose/.
.PHONY: run stop status import-rm clean-state install install-test
run: ## everything on this machine, in the foreground; Ctrl-C stops it
	@compose/run.sh up
stop: ## stop what `make run` started, from another terminal
	@compose/run.sh stop
status: ## what of it runs
	@compose/run.sh status
import-rm: ## move Refer and Monitor's database over: FROM=postgres://user@host:port/name
	@compose/run.sh import-rm
clean-state: ## delete the state folder; asks first
	@compose/run.sh clean-state
install: ## only install what `make run` needs
	@compose/install.sh run
install-test: ## only install what `make test` needs
	@compose/install.sh test
.PHONY: man
man: build/man/brokerctl.8 ## brokerctl's man page, made from its help: man -l build/man/brokerctl.8
build/man/brokerctl.8: $(O)/bin/brokerctl
	@mkdir -p $(@D)
	@$< man >$@
