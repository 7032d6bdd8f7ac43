# SPDX-License-Identifier: GPL-2.0
# For people. The kernel's build system reads Kbuild instead.

VERSION := 0.1.0

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr/local
DESTDIR ?=

VM := selftests/vm
TOOL := tools/vspanctl

export VSPAN_VERSION := $(VERSION)

.PHONY: all modules tools install check demo clean regen help

# A machine without its kernel's headers can still build the tool and test all
# of it in a VM.
all: $(if $(wildcard $(KDIR)/Makefile),modules,skip-modules) tools

.PHONY: skip-modules
skip-modules:
	@echo "module skipped: no headers of kernel $(KVER) (apt-get install linux-headers-$(KVER), or KDIR=)"

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C $(TOOL) VERSION=$(VERSION)

install: modules tools
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(DESTDIR),INSTALL_MOD_PATH=$(abspath $(DESTDIR))) \
		INSTALL_MOD_DIR=updates modules_install
ifeq ($(DESTDIR),)
	depmod $$(make -s --no-print-directory -C $(KDIR) kernelrelease)
endif
	$(MAKE) -C $(TOOL) install VERSION=$(VERSION) PREFIX=$(PREFIX) DESTDIR=$(abspath $(DESTDIR))

check:
	@$(VM)/check.sh

demo:
	@$(VM)/demo.sh

clean:
	[ ! -e $(KDIR)/Makefile ] || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	[ ! -e $(TOOL)/Makefile ] || $(MAKE) -C $(TOOL) clean
	rm -rf build/*/src build/tool* build/selftests build/logs

regen:
	Documentation/netlink/regen.sh $(or $(KSRC),$(error say KSRC=a kernel source tree))

help:
	@echo 'make                 module for this kernel, and the tool'
	@echo 'make install         both, and the manual page (DESTDIR=, PREFIX=)'
	@echo 'make modules KDIR=   module for another kernel'
	@echo 'make tools           only the tool'
	@echo 'make demo            see it work, in a throw-away VM: nothing here is changed'
	@echo 'make check           all tests, on every kernel that Debian offers, in VMs'
	@echo '                     (TESTS="vspan_basic.sh ..." KERNELS=6.12 narrow it,'
	@echo '                     FULL=1 runs every script on every kernel)'
	@echo 'make regen KSRC=     netlink code from its specification'
	@echo 'make clean           objects and logs; build/kernels, the downloads, stays'
