# SPDX-License-Identifier: GPL-2.0
# For people. The kernel's build system reads Kbuild instead.

VERSION := 0.1.0

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr/local
DESTDIR ?=

TOOL := tools/vspanctl

export VSPAN_VERSION := $(VERSION)

.PHONY: all modules tools install uninstall install-dkms uninstall-dkms deb
.PHONY: check check-debug style bench stress fuzz fuzz-tool demo clean regen help

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

root := $(if $(DESTDIR),$(abspath $(DESTDIR)))
to_tool = VERSION=$(VERSION) PREFIX=$(PREFIX) DESTDIR=$(root)
# Not make kernelrelease, to which Debian's 6.1 says 6.1.192 for 6.1.0-56-amd64.
release = $$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)

install: modules tools
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(root),INSTALL_MOD_PATH=$(root)) \
		INSTALL_MOD_DIR=updates modules_install
	$(if $(root),,depmod $(release))
	$(MAKE) -C $(TOOL) install $(to_tool)

# The directories were made by modules_install, if nothing else is in them.
uninstall:
	dir=$(root)/lib/modules/$(release)/updates; \
		rm -f $$dir/kmod/vspan.ko* $$dir/vspan.ko*; \
		[ ! -d $$dir ] || find $$dir -depth -type d -empty -delete
	$(if $(root),,depmod $(release))
	$(MAKE) -C $(TOOL) uninstall $(to_tool)

# For dkms(8), which builds the module for each kernel that is installed later:
# dkms install vspan/VERSION.
DKMS := $(root)/usr/src/vspan-$(VERSION)

install-dkms:
	find Kbuild kmod include -type f \( -name '*.[ch]' -o -name 'Kbuild*' \) \
		! -name '*.mod.c' -exec install -D -m 644 '{}' '$(DKMS)/{}' \;
	sed 's/#MODULE_VERSION#/$(VERSION)/' kmod/dkms.conf.in >$(DKMS)/dkms.conf
	chmod 644 $(DKMS)/dkms.conf

uninstall-dkms:
	rm -rf $(DKMS)

deb:
	@selftests/packages/deb.sh

check:
	@selftests/check/check.sh

style:
	@selftests/check/style.sh

check-debug:
	@selftests/check/check-debug.sh

stress fuzz:
	@selftests/check/long.sh $@

fuzz-tool:
	@selftests/check/fuzz-tool.sh $(SECONDS)

bench:
	@selftests/bench/bench.sh $(if $(CHART),-s "$(CHART)")

demo:
	@selftests/demo/demo.sh

clean:
	[ ! -e $(KDIR)/Makefile ] || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	[ ! -e $(TOOL)/Makefile ] || $(MAKE) -C $(TOOL) clean
	rm -rf build/*/src build/tool* build/selftests build/logs

regen:
	Documentation/netlink/regen.sh $(or $(KSRC),$(error say KSRC=a kernel source tree))

help:
	@echo 'make                 module for this kernel, and the tool'
	@echo 'make install         both, manual pages, completion, service (DESTDIR=, PREFIX=)'
	@echo 'make uninstall       takes all that away again'
	@echo 'make install-dkms    sources of the module for dkms(8); uninstall-dkms'
	@echo 'make deb             Debian packages vspan-dkms and vspan-tools, in build/deb'
	@echo 'make modules KDIR=   module for another kernel'
	@echo 'make tools           only the tool'
	@echo 'make demo            see it work, in a throw-away VM: nothing here is changed'
	@echo 'make check           all tests, on each kernel that Debian offers, in VMs'
	@echo '                     (TESTS="vspan_basic.sh ..." KERNELS="uml 6.12" narrow'
	@echo '                     it, FULL=1 runs every script on every kernel)'
	@echo 'make style           of these, those that only read the sources'
	@echo 'make check-debug     all tests again, on kernels that look for mistakes'
	@echo 'make stress          random operations under traffic (MINUTES=5 or ROUNDS=,'
	@echo '                     SEED=1; KERNEL=6.12 on that kernel)'
	@echo 'make fuzz            random netlink messages (COUNT=2000000 SEED=1)'
	@echo 'make fuzz-tool       random input for vspanctl (SECONDS=60 each)'
	@echo 'make bench           what mirroring costs, ours and others: some minutes, and 8'
	@echo '                     more for a kernel the first time (ROUNDS=9 BURSTS=25'
	@echo '                     CASES="receive tcp ..." TCP_MB=16 CHART=FILE.svg)'
	@echo 'make regen KSRC=     netlink code from its specification'
	@echo 'make clean           objects and logs; build/kernels, the downloads, stays'
