/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of probe share. */
#ifndef PROBE_H
#define PROBE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define NSEC_PER_SEC	1000000000LL
#define NSEC_PER_USEC	1000LL

/* An address with a port, of either family. */
struct endpoint {
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
};

/* clock.c */
int64_t now(void);
void sleep_until(int64_t ns);
int64_t idle_time(void);
int64_t coarse_idle_time(void);
void be_first(void);

/* net.c */
void die(const char *what) __attribute__((noreturn));
long long number(const char *text);
void enter(const char *netns);
struct endpoint endpoint(const char *address, const char *port);
int udp_socket(const struct endpoint *local);
int packet_socket(const char *device, int protocol);

/* One for each word that main knows: argv[0] is the word. */
int ask(int argc, char **argv);
int echo(int argc, char **argv);
int cost(int argc, char **argv);
int pace(int argc, char **argv);
int busy(int argc, char **argv);
int load(int argc, char **argv);
int watch(int argc, char **argv);

#endif
