// SPDX-License-Identifier: GPL-2.0
/* First process of a test machine: loads /modules/NN-*.ko, makes the host's root
 * file system (read-only, under a throw-away tmpfs) its own, runs the program
 * named on the kernel command line after "--", and switches the machine off when
 * that ends, however it ends. How the host's files are reached, the kernel command
 * line says too: VM_ROOT=hostfs in user-mode Linux, VM_ROOT=none for a machine
 * whose initramfs is all it has; otherwise by 9p.
 *
 * Static and without a shell, so that the harness needs no busybox.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void check(int ret, const char *what)
{
	if (ret >= 0)
		return;
	printf("vm-init: %s: %s\n", what, strerror(errno));
	power_off();
}

static void load_modules(void)
{
	struct dirent **names;
	int i, n, fd;

	check(chdir("/modules"), "/modules");
	n = scandir(".", &names, NULL, alphasort);
	check(n, "scandir");
	for (i = 0; i < n; i++) {
		if (names[i]->d_name[0] == '.')
			continue;
		fd = open(names[i]->d_name, O_RDONLY | O_CLOEXEC);
		check(fd, names[i]->d_name);
		check(syscall(SYS_finit_module, fd, "", 0), names[i]->d_name);
		close(fd);
	}
}

static void mount_at(const char *type, const char *source, const char *dir,
		     unsigned long flags, const char *options)
{
	mkdir(dir, 0755);
	check(mount(source, dir, type, flags, options), dir);
}

static void mount_host(const char *type)
{
	if (!strcmp(type, "hostfs"))
		mount_at("hostfs", "host", "/host", MS_RDONLY, "/");
	else
		mount_at("9p", "hostroot", "/host", MS_RDONLY,
			 "trans=virtio,version=9p2000.L,msize=512000,cache=loose");
}

static void switch_root(void)
{
	mount_at("tmpfs", "overlay", "/rw", 0, "mode=0755,size=75%");
	mkdir("/rw/upper", 0755);
	mkdir("/rw/work", 0755);
	mount_at("overlay", "root", "/root", 0,
		 "lowerdir=/host,upperdir=/rw/upper,workdir=/rw/work");
	check(chdir("/root"), "chdir /root");
	check(mount(".", "/", NULL, MS_MOVE, NULL), "move root");
	check(chroot("."), "chroot");
	check(chdir("/"), "chdir /");
}

/* The emulation in QEMU 7.2 sometimes runs an instruction that another CPU has half
 * rewritten ("Oops: int3"). The kernel rewrites its code for the first socket that
 * wants time stamps, and for the last one's end: every ping, tcpdump or test. This
 * socket, held to the end, is always there.
 */
static void hold_time_stamps(void)
{
	int one = 1, fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	check(fd, "socket");
	check(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one)),
	      "SO_TIMESTAMP");
}

/* It rewrites much more while it boots: 6.1 has stood still for ever where it marks
 * its clock as stable, which is where printk() itself gets the new code. So it boots
 * on one CPU (maxcpus=1), and the others start here.
 */
static void start_cpus(void)
{
	char path[64];
	int cpu, fd;

	mount_at("sysfs", "sys", "/sys", 0, NULL);
	for (cpu = 1;; cpu++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			break;
		check(write(fd, "1", 1), path);
		close(fd);
	}
	check(umount("/sys"), "umount /sys");
}

static void run(char **argv)
{
	pid_t child, pid;
	int status = 0;

	child = fork();
	check(child, "fork");
	if (!child) {
		setsid();
		execv(argv[0], argv);
		check(-1, argv[0]);
	}
	do {
		pid = wait(&status);
	} while (pid != child && (pid > 0 || errno == EINTR));
}

int main(int argc, char **argv)
{
	const char *root = getenv("VM_ROOT");

	setvbuf(stdout, NULL, _IONBF, 0);
	if (!root)
		root = "9p";
	if (argc < 2) {
		printf("vm-init: no program given\n");
		power_off();
	}
	load_modules();
	if (!strcmp(root, "9p")) {
		hold_time_stamps();
		start_cpus();
	}
	if (strcmp(root, "none")) {
		mount_host(root);
		switch_root();
	}
	mount_at("devtmpfs", "dev", "/dev", 0, NULL);
	run(argv + 1);
	power_off();
}
