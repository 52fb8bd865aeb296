// SPDX-License-Identifier: GPL-2.0-only
/* agent: runs in a guest what the host asks for, over a virtio port.
 *
 * A request is a line "ID LENGTH" and LENGTH bytes of script for bash. The
 * answer is a line "ID STATUS OUT ERR", then OUT bytes of standard output and
 * ERR bytes of standard error. Requests run side by side and answer when they
 * end. An empty script is answered at once, with the real time in ns.
 *
 * In C and static because each exec costs an emulated CPU tens of milliseconds:
 * the script's bash is the only one here. It is process 1 and buries what the
 * scripts leave behind; without a host it powers off.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PORTS "/sys/class/virtio-ports"
#define JOBS_MAX 64
#define SCRIPT_MAX (1 << 20)

struct job {
	pid_t pid;
	unsigned long id;
	int out, err;
};

static struct job jobs[JOBS_MAX];

static void __attribute__((noreturn)) leave(void)
{
	sync();
	reboot(RB_POWER_OFF);
	_exit(1);
}

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	leave();
}

/* Path of the virtio port called @name, in a static buffer. */
static const char *virtio_path(const char *name)
{
	static char path[300];
	struct dirent *entry;
	char line[64];
	FILE *f;
	DIR *d;

	d = opendir(PORTS);
	if (!d)
		return NULL;
	while ((entry = readdir(d))) {
		snprintf(path, sizeof(path), PORTS "/%s/name", entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (!fgets(line, sizeof(line), f))
			line[0] = 0;
		fclose(f);
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, name)) {
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			closedir(d);
			return path;
		}
	}
	closedir(d);
	return NULL;
}

/* User-mode Linux has serial lines instead, given in this order. */
static const char *serial_path(const char *name, const char *path)
{
	struct termios mode;
	int fd;

	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &mode))
		die(name);
	cfmakeraw(&mode);
	if (tcsetattr(fd, TCSANOW, &mode))
		die(path);
	/* Stays open: the mode goes with the last one. */
	return path;
}

static const char *port_path(const char *name)
{
	if (!access(PORTS, F_OK))
		return virtio_path(name);
	return serial_path(name, strcmp(name, "carp.agent") ?
			   "/dev/ttyS1" : "/dev/ttyS0");
}

static int write_all(int fd, const char *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, buf, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		buf += n;
		len -= n;
	}
	return 0;
}

/* The port reads 0 bytes while the host is away: no host, no guest. */
static int read_all(int fd, char *buf, size_t len)
{
	ssize_t n;

	while (len) {
		n = read(fd, buf, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		buf += n;
		len -= n;
	}
	return 0;
}

static int send_file(int port, int fd, size_t len)
{
	char *map;
	int err;

	if (!len)
		return 0;
	map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -1;
	err = write_all(port, map, len);
	munmap(map, len);
	return err;
}

static size_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_size;
}

static void job_answer(int port, struct job *job, int status)
{
	size_t out = size_of(job->out), err = size_of(job->err);
	char head[96];

	snprintf(head, sizeof(head), "%lu %d %zu %zu\n", job->id, status, out,
		 err);
	if (write_all(port, head, strlen(head)) ||
	    send_file(port, job->out, out) || send_file(port, job->err, err))
		die("port");
	close(job->out);
	close(job->err);
	job->pid = 0;
}

static void job_exec(struct job *job, char *script)
{
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	dup2(job->out, 1);
	dup2(job->err, 2);
	close_range(3, ~0U, 0);
	execl("/bin/bash", "bash", "-c", script, NULL);
	_exit(127);
}

static void job_start(int port, unsigned long id, char *script)
{
	struct job *job = jobs;

	while (job->pid) {
		if (++job == jobs + JOBS_MAX) {
			fprintf(stderr, "agent: too many jobs\n");
			leave();
		}
	}
	job->id = id;
	job->out = memfd_create("out", MFD_CLOEXEC);
	job->err = memfd_create("err", MFD_CLOEXEC);
	if (job->out < 0 || job->err < 0)
		die("memfd");
	job->pid = fork();
	if (!job->pid)
		job_exec(job, script);
	if (job->pid < 0) {
		job->pid = 1;
		job_answer(port, job, 126);
	}
}

static void tell_time(int port, unsigned long id)
{
	char answer[128], time[32];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(time, sizeof(time), "%lld",
		 now.tv_sec * 1000000000LL + now.tv_nsec);
	snprintf(answer, sizeof(answer), "%lu 0 %zu 0\n%s", id, strlen(time),
		 time);
	if (write_all(port, answer, strlen(answer)))
		die("port");
}

static void request(int port)
{
	unsigned long id, len;
	char line[64];
	size_t n = 0;
	char *script;

	do {
		if (n == sizeof(line) - 1 || read_all(port, line + n, 1))
			leave();
	} while (line[n++] != '\n');
	line[n] = 0;
	if (sscanf(line, "%lu %lu", &id, &len) != 2 || len > SCRIPT_MAX) {
		fprintf(stderr, "agent: bad request: %s", line);
		leave();
	}
	if (!len) {
		tell_time(port, id);
		return;
	}
	script = malloc(len + 1);
	if (!script || read_all(port, script, len))
		leave();
	script[len] = 0;
	job_start(port, id, script);
	free(script);
}

static void reap(int port)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < JOBS_MAX; i++) {
			if (jobs[i].pid != pid)
				continue;
			job_answer(port, &jobs[i], WIFEXITED(status) ?
				   WEXITSTATUS(status) :
				   128 + WTERMSIG(status));
		}
	}
}

int main(void)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct signalfd_siginfo info;
	const char *path;
	sigset_t set;

	path = port_path("carp.stream");
	if (path && symlink(path, "/dev/carp.stream") && errno != EEXIST)
		die("stream");
	path = port_path("carp.agent");
	if (!path)
		die("no port");
	fds[0].fd = open(path, O_RDWR | O_CLOEXEC);
	if (fds[0].fd < 0)
		die(path);

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fds[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (fds[1].fd < 0)
		die("signalfd");

	if (write_all(fds[0].fd, "0 0 0 0\n", 8))
		die("port");
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[1].revents) {
			if (read(fds[1].fd, &info, sizeof(info)) < 0)
				die("signalfd");
			reap(fds[0].fd);
		}
		if (fds[0].revents)
			request(fds[0].fd);
	}
}
