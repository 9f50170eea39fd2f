# The broker on this machine; what the targets do stands in compose/.
.PHONY: run stop status clean-state install install-test
run: ## everything on this machine, in the foreground; Ctrl-C stops it
	@compose/run.sh up
stop: ## stop what `make run` started, from another terminal
	@compose/run.sh stop
status: ## what of it runs
	@compose/run.sh status
clean-state: ## delete the state folder; asks first
	@compose/run.sh clean-state
install: ## only install what `make run` needs
	@compose/install.sh run
install-test: ## only install what `make test` needs
	@compose/install.sh test
