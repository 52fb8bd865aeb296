/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for the numbers of linux/if_carp.h
 *
 * The one table of states, reasons, forms, modes and counters, so that
 * carpconfig and the iproute2 plugin call a thing by the same name. Holds no
 * logic.
 */
#ifndef CARP_NAMES_H
#define CARP_NAMES_H

#include <stddef.h>
#include <linux/if_carp.h>

#define CARP_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * carp_state_name - an enum carp_state as ifconfig prints it
 * @state: the number from the kernel
 *
 * Return: a word, never NULL; "UNKNOWN" for what a newer kernel may send.
 */
static inline const char *carp_state_name(unsigned int state)
{
	static const char * const names[] = {
		[CARP_STATE_INIT] = "INIT",
		[CARP_STATE_BACKUP] = "BACKUP",
		[CARP_STATE_MASTER] = "MASTER",
	};

	if (state >= CARP_ARRAY_SIZE(names))
		return "UNKNOWN";
	return names[state];
}

/**
 * carp_reason_text - an enum carp_reason in words
 * @reason: the number from the kernel
 *
 * The words of the module's log, so that one can be searched for the other.
 *
 * Return: a phrase, never NULL.
 */
static inline const char *carp_reason_text(unsigned int reason)
{
	static const char * const texts[__CARP_REASON_COUNT] = {
		[CARP_REASON_NONE] = "none",
		[CARP_REASON_INIT_COMPLETE] = "initialization complete",
		[CARP_REASON_MASTER_TIMED_OUT] = "master timed out",
		[CARP_REASON_PREEMPT] = "preempting a slower master",
		[CARP_REASON_MASTER_WILL_TIME_OUT] = "master will time out",
		[CARP_REASON_MASTER_BOW_OUT] = "master bowed out",
		[CARP_REASON_MASTER_DEMOTED] = "master is demoted",
		[CARP_REASON_MORE_FREQUENT] =
			"more frequent advertisement received",
		[CARP_REASON_TIE] =
			"equal advertisement from a preferred source",
		[CARP_REASON_LESS_DEMOTED] = "less demoted peer advertised",
		[CARP_REASON_PARENT_DOWN] = "hardware interface down",
		[CARP_REASON_DOWN] = "interface set down",
		[CARP_REASON_NO_ADDRESS] = "no virtual address",
		[CARP_REASON_NOT_ALLOWED] = "net.carp.allow is 0",
		[CARP_REASON_USER] = "user requested",
		[CARP_REASON_VHID] = "vhid changed",
		[CARP_REASON_SHUTDOWN] = "host shuts down",
	};

	if (reason >= CARP_ARRAY_SIZE(texts) || !texts[reason])
		return "unknown reason";
	return texts[reason];
}

/**
 * carp_cksum6_name - an enum carp_cksum6 as it is set and shown
 * @cksum6: the number from the kernel
 *
 * Return: a word, never NULL.
 */
static inline const char *carp_cksum6_name(unsigned int cksum6)
{
	static const char * const names[] = {
		[CARP_CKSUM6_PLAIN] = "plain",
		[CARP_CKSUM6_PSEUDO] = "pseudo",
	};

	if (cksum6 >= CARP_ARRAY_SIZE(names))
		return "unknown";
	return names[cksum6];
}

/**
 * carp_form_name - an enum carp_form as it is set and shown
 * @form: the number from the kernel
 *
 * Return: a word, never NULL.
 */
static inline const char *carp_form_name(unsigned int form)
{
	static const char * const names[] = {
		[CARP_FORM_NOV6LL] = "nov6ll",
		[CARP_FORM_ORIG] = "orig",
	};

	if (form >= CARP_ARRAY_SIZE(names))
		return "unknown";
	return names[form];
}

/**
 * carp_demotestyle_name - an enum carp_demotestyle as it is set and shown
 * @demotestyle: the number from the kernel
 *
 * Return: a word, never NULL.
 */
static inline const char *carp_demotestyle_name(unsigned int demotestyle)
{
	static const char * const names[] = {
		[CARP_DEMOTESTYLE_ADD] = "add",
		[CARP_DEMOTESTYLE_MAX] = "max",
	};

	if (demotestyle >= CARP_ARRAY_SIZE(names))
		return "unknown";
	return names[demotestyle];
}

/**
 * carp_balancing_name - an enum carp_balancing as it is set and shown
 * @balancing: the number from the kernel
 *
 * Return: a word, never NULL.
 */
static inline const char *carp_balancing_name(unsigned int balancing)
{
	static const char * const names[] = {
		[CARP_BALANCING_NONE] = "none",
		[CARP_BALANCING_IP] = "ip",
		[CARP_BALANCING_IP_STEALTH] = "ip-stealth",
		[CARP_BALANCING_IP_UNICAST] = "ip-unicast",
	};

	if (balancing >= CARP_ARRAY_SIZE(names))
		return "unknown";
	return names[balancing];
}

/**
 * carp_hash_name - an enum carp_hash as it is set and shown
 * @hash: the number from the kernel
 *
 * Return: a word, never NULL.
 */
static inline const char *carp_hash_name(unsigned int hash)
{
	static const char * const names[] = {
		[CARP_HASH_XOR] = "xor",
		[CARP_HASH_L3] = "l3",
		[CARP_HASH_L4] = "l4",
	};

	if (hash >= CARP_ARRAY_SIZE(names))
		return "unknown";
	return names[hash];
}

/**
 * struct carp_stat_words - how a counter is shown
 * @key: short name, in JSON and in ip(8)
 * @one: what follows the number 1
 * @many: what follows any other number
 * @part: counts a part of the line above; indented
 */
struct carp_stat_words {
	const char *key;
	const char *one;
	const char *many;
	int part;
};

/**
 * carp_stat_words - look up the words for an enum carp_stat
 * @stat: attribute type in IFLA_INFO_XSTATS
 *
 * The sentences are those of netstat -s -p carp as far as it has the counter.
 *
 * Return: the words, or NULL for a counter this program does not know.
 */
static inline const struct carp_stat_words *carp_stat_words(unsigned int stat)
{
	static const struct carp_stat_words words[CARP_STAT_MAX + 1] = {
		[CARP_STAT_IPACKETS] = { "ipackets",
			"packet received (IPv4)",
			"packets received (IPv4)", 0 },
		[CARP_STAT_IPACKETS6] = { "ipackets6",
			"packet received (IPv6)",
			"packets received (IPv6)", 0 },
		[CARP_STAT_BADIF] = { "badif",
			"packet discarded for bad interface",
			"packets discarded for bad interface", 1 },
		[CARP_STAT_BADTTL] = { "badttl",
			"packet discarded for wrong TTL",
			"packets discarded for wrong TTL", 1 },
		[CARP_STAT_HDROPS] = { "hdrops",
			"packet shorter than header",
			"packets shorter than header", 1 },
		[CARP_STAT_BADSUM] = { "badsum",
			"discarded for bad checksum",
			"discarded for bad checksums", 1 },
		[CARP_STAT_BADVER] = { "badver",
			"discarded packet with a bad version",
			"discarded packets with a bad version", 1 },
		[CARP_STAT_BADLEN] = { "badlen",
			"discarded because packet too short",
			"discarded because packet too short", 1 },
		[CARP_STAT_BADAUTH] = { "badauth",
			"discarded for bad authentication",
			"discarded for bad authentication", 1 },
		[CARP_STAT_BADVHID] = { "badvhid",
			"discarded for unknown vhid",
			"discarded for unknown vhid", 1 },
		[CARP_STAT_LOOPED] = { "looped",
			"own packet discarded that came back",
			"own packets discarded that came back", 1 },
		[CARP_STAT_OPACKETS] = { "opackets",
			"packet sent (IPv4)",
			"packets sent (IPv4)", 0 },
		[CARP_STAT_OPACKETS6] = { "opackets6",
			"packet sent (IPv6)",
			"packets sent (IPv6)", 0 },
		[CARP_STAT_OERRORS] = { "oerrors",
			"send failed",
			"sends failed", 1 },
		[CARP_STAT_PREEMPT] = { "preempt",
			"transition to master",
			"transitions to master", 0 },
		[CARP_STAT_GRACE] = { "grace",
			"takeover put off because the timer was late",
			"takeovers put off because the timer was late", 1 },
		[CARP_STAT_NOTMASTER] = { "notmaster",
			"frame to the virtual MAC dropped, not master",
			"frames to the virtual MAC dropped, not master", 0 },
		[CARP_STAT_ARPDROP] = { "arpdrop",
			"ARP for a virtual address dropped, not master",
			"ARPs for a virtual address dropped, not master", 0 },
		[CARP_STAT_SRCDROP] = { "srcdrop",
			"packet from a virtual address dropped, not master",
			"packets from a virtual address dropped, not master",
			0 },
		[CARP_STAT_CONFLICTS] = { "conflicts",
			"other master heard, this one stayed",
			"other masters heard, this one stayed", 0 },
	};

	if (stat >= CARP_ARRAY_SIZE(words) || !words[stat].key)
		return NULL;
	return &words[stat];
}

#endif /* CARP_NAMES_H */
