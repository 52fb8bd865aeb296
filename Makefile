# SPDX-License-Identifier: GPL-2.0-only
#
# carp: build, install, check and test. "make help" lists the targets.

ifneq ($(KERNELRELEASE),)
include $(src)/Kbuild
else

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
PREFIX ?= /usr
DESTDIR ?=
export PREFIX DESTDIR

ifeq ($(V),1)
Q :=
else
Q := @
endif
export V Q

# The last line of "make test" is the total.
MAKEFLAGS += --no-print-directory

# Debian's headers carry no signing key and, without vmlinux, no BTF.
KMAKE = $(MAKE) -C $(KDIR) M=$(CURDIR) CONFIG_MODULE_SIG_ALL= \
	CONFIG_DEBUG_INFO_BTF_MODULES=

.PHONY: all modules modules_install tools install uninstall \
	dkms-install dkms-uninstall check lint lint-quick fuzz fuzz-guest sim \
	test test-long test-matrix test-debug coverage chaos torture demo \
	bench bench-quick clean help

all: modules tools

modules:
	$(Q)$(KMAKE) modules

tools:
	$(Q)$(MAKE) -C tools

modules_install: modules
	$(Q)$(KMAKE) INSTALL_MOD_DIR=updates \
		INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(Q)test -n "$(DESTDIR)" || depmod -a $(KVER)

install: modules_install tools
	$(Q)$(MAKE) -C tools install

uninstall:
	$(Q)$(MAKE) -C tools uninstall
	$(Q)$(RM) $(DESTDIR)/lib/modules/$(KVER)/updates/carp/carp.ko*
	$(Q)test -n "$(DESTDIR)" || depmod -a $(KVER)

dkms-install dkms-uninstall:
	$(Q)$(MAKE) -C tools $@

check: lint-quick
	$(Q)$(MAKE) -C selftests check
	$(Q)$(MAKE) -C tools check

lint lint-quick:
	$(Q)$(MAKE) -C selftests $@

# SIM=long for more, SEED=N for other runs
fuzz fuzz-guest sim:
	$(Q)$(MAKE) -C selftests $@

# FAILOVERS=N, SECONDS=N, CPUS="2 4", SEED=N
test test-long test-matrix test-debug coverage chaos torture demo:
	$(Q)$(MAKE) -C selftests $@

# ROWS="planned traffic", SEED=N
bench bench-quick:
	$(Q)$(MAKE) -C selftests/bench $@

clean:
	$(Q)$(MAKE) -C tools clean
	$(Q)$(MAKE) -C selftests clean
	$(Q)if [ -d $(KDIR) ]; then $(KMAKE) clean; fi

help:
	@echo 'all        module and tools (default)'
	@echo 'modules    carp.ko against KDIR ($(KDIR))'
	@echo 'tools      carpconfig and the iproute2 plugin'
	@echo 'install    module, tools and man pages; DESTDIR, PREFIX'
	@echo 'modules_install  the module alone'
	@echo 'uninstall  undo install'
	@echo 'dkms-install  sources for DKMS; dkms-uninstall undoes it'
	@echo 'check      unit tests and lint-quick: seconds, no root, no VM'
	@echo 'lint       all static checks; the first time it fetches a kernel'
	@echo 'lint-quick static checks that need nothing but packages'
	@echo 'fuzz       the pure core, with ten million inputs: minutes'
	@echo 'fuzz-guest the module, with frames and netlink requests: an hour'
	@echo 'sim        the election among simulated members: minutes; SIM=long'
	@echo 'test       check, then everything in QEMU'
	@echo 'test-long  tests that take longer than they are worth every time'
	@echo 'test-matrix  the same on each kernel that Debian ships: hours'
	@echo 'test-debug  unit tests and selftests in kernels that check themselves'
	@echo 'coverage   which lines and branches the selftests reach: hours'
	@echo 'chaos      a thousand failovers on a bad network; FAILOVERS, SEED'
	@echo 'torture    everything at once in one guest; SECONDS, CPUS, SEED'
	@echo 'demo       two members and a client in QEMU, and a failover'
	@echo 'bench      ours beside keepalived, ucarp and macvlan: hours; ROWS'
	@echo 'bench-quick  the same with fewer samples'
	@echo 'clean      remove what was built; .cache stays'

endif
