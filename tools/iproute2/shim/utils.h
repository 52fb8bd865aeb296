/* SPDX-License-Identifier: GPL-2.0-only */
/* What iplink_carp.c uses of iproute2's libraries, declared anew
 *
 * iproute2 installs no headers, but ip(8) exports the functions. Only those are
 * here whose prototypes are the same from 5.0 to 7.1, or whose return value,
 * which came later, is not looked at. When iplink_carp.c is built inside
 * iproute2 its own headers are found instead of these.
 */
#ifndef CARP_SHIM_UTILS_H
#define CARP_SHIM_UTILS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* libnetlink: build and take apart messages. */
int addattr8(struct nlmsghdr *n, int maxlen, int type, __u8 data);
int addattr32(struct nlmsghdr *n, int maxlen, int type, __u32 data);
int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);
struct rtattr *addattr_nest(struct nlmsghdr *n, int maxlen, int type);
int addattr_nest_end(struct nlmsghdr *n, struct rtattr *nest);
int parse_rtattr_flags(struct rtattr *tb[], int max, struct rtattr *rta,
		       int len, unsigned short flags);

#define parse_rtattr_nested(tb, max, rta)				\
	parse_rtattr_flags((tb), (max), RTA_DATA(rta),			\
			   RTA_PAYLOAD(rta), NLA_F_NESTED)

static inline __u8 rta_getattr_u8(const struct rtattr *rta)
{
	return *(const __u8 *)RTA_DATA(rta);
}

static inline __u32 rta_getattr_u32(const struct rtattr *rta)
{
	return *(const __u32 *)RTA_DATA(rta);
}

/* The payload is aligned to 4 bytes only. */
static inline __u64 rta_getattr_u64(const struct rtattr *rta)
{
	__u64 value;

	__builtin_memcpy(&value, RTA_DATA(rta), sizeof(value));
	return value;
}

/* libutil: arguments. */
int get_s32(__s32 *val, const char *arg, int base);
int get_u32(__u32 *val, const char *arg, int base);
int get_u8(__u8 *val, const char *arg, int base);
void incomplete_command(void) __attribute__((noreturn));
void invarg(const char *msg, const char *arg) __attribute__((noreturn));
void duparg(const char *key, const char *arg) __attribute__((noreturn));

#define NEXT_ARG()							\
	do {								\
		argv++;							\
		if (--argc <= 0)					\
			incomplete_command();				\
	} while (0)

/* json_print: text or JSON, whichever was asked for. */
enum output_type {
	PRINT_FP = 1,
	PRINT_JSON = 2,
	PRINT_ANY = 4,
};

enum color_attr {
	COLOR_NONE = 6,
};

void open_json_object(const char *str);
void close_json_object(void);
void open_json_array(enum output_type type, const char *delim);
void close_json_array(enum output_type type, const char *delim);

int print_color_bool(enum output_type t, enum color_attr color,
		     const char *key, const char *fmt, bool value);
int print_color_string(enum output_type t, enum color_attr color,
		       const char *key, const char *fmt, const char *value);
int print_color_int(enum output_type t, enum color_attr color,
		    const char *key, const char *fmt, int value);
int print_color_uint(enum output_type t, enum color_attr color,
		     const char *key, const char *fmt, unsigned int value);
int print_color_u64(enum output_type t, enum color_attr color,
		    const char *key, const char *fmt, uint64_t value);

#define print_bool(t, key, fmt, value)					\
	print_color_bool((t), COLOR_NONE, (key), (fmt), (value))
#define print_string(t, key, fmt, value)				\
	print_color_string((t), COLOR_NONE, (key), (fmt), (value))
#define print_int(t, key, fmt, value)					\
	print_color_int((t), COLOR_NONE, (key), (fmt), (value))
#define print_uint(t, key, fmt, value)					\
	print_color_uint((t), COLOR_NONE, (key), (fmt), (value))
#define print_u64(t, key, fmt, value)					\
	print_color_u64((t), COLOR_NONE, (key), (fmt), (value))

#endif /* CARP_SHIM_UTILS_H */
