/* SPDX-License-Identifier: GPL-2.0-only */
/* torture: what its files share; see main.c */
#ifndef TORTURE_H
#define TORTURE_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#define SPACES		2	/* namespaces that come and go: t0, t1, ... */
#define DEVICES		3	/* names for carp devices and parents in each */
#define OPS_MAX		32
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* One operation, drawn before it is done: the same seed is the same sequence,
 * whatever becomes of each.
 */
struct draw {
	unsigned int op;
	unsigned int space;
	uint32_t a, b, c, d;
};

/* What all processes see. An actor writes its own slot, main reads. */
struct slot {
	volatile uint64_t started;	/* ns; 0: between two operations */
	struct draw draw;
	uint64_t done[OPS_MAX], refused[OPS_MAX], spent[OPS_MAX];
	int last_error[OPS_MAX];
};

struct op {
	const char *name;
	unsigned int weight;
	int (*run)(const struct draw *d);
	int never;			/* the kernel has to refuse it */
};

/* ops.c */
int populate(unsigned int space, uint64_t seed);

extern const struct op ops[];
extern const unsigned int ops_count;

/* splitmix64 */
static inline uint32_t rng_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31)) >> 16;
}

/* nl.c */
struct msg {
	struct nlmsghdr head;
	char body[1200];
};

int space_enter(unsigned int space);
int seg_enter(void);
int home_enter(void);
int space_create(unsigned int space);
int space_delete(unsigned int space);
int seg_create(void);
int seg_delete(void);

void msg_begin(struct msg *m, int type, int flags, const void *data,
	       size_t len);
void msg_put(struct msg *m, int type, const void *data, size_t len);
void msg_u8(struct msg *m, int type, uint8_t value);
void msg_u32(struct msg *m, int type, uint32_t value);
void msg_str(struct msg *m, int type, const char *text);
struct nlattr *msg_nest(struct msg *m, int type);
void msg_end(struct msg *m, struct nlattr *nest);
int msg_do(struct msg *m);
int nl_dump(int type, int family, unsigned int groups);

/* link.c */
void link_begin(struct msg *m, int type, int flags, int index);
int link_index(const char *name);
int link_delete(const char *name);
int link_up(const char *name, int up);
int link_new(const char *name, const char *kind, int lower);
int veth_new(const char *name, unsigned int space, unsigned int port);
int port_up(unsigned int space, unsigned int port, int up);
int address(int type, const char *name, const char *text, int prefix);

/* crowd.c: what goes on beside the actors */
void flood(const char *file, unsigned int cpu, uint64_t seed);
void dump_all(uint64_t seed);
void run_tools(uint64_t seed);

#endif
