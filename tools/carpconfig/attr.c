// SPDX-License-Identifier: GPL-2.0-only
/* Attributes of a netlink message by number, every length checked; no I/O */

#include <string.h>

#include "attr.h"

struct attr_table {
	const struct nlattr **tb;
	unsigned int max;
};

static int take_attr(const struct nlattr *attr, void *data)
{
	struct attr_table *table = data;
	unsigned int type = mnl_attr_get_type(attr);

	if (type <= table->max)
		table->tb[type] = attr;
	return MNL_CB_OK;
}

/**
 * attr_message - the attributes of a message
 * @nlh: the message
 * @offset: length of what is before them
 * @tb: told where each is, or NULL; @max + 1 of them
 * @max: greatest number of interest
 */
void attr_message(const struct nlmsghdr *nlh, unsigned int offset,
		  const struct nlattr **tb, unsigned int max)
{
	struct attr_table table = { tb, max };

	memset(tb, 0, sizeof(*tb) * (max + 1));
	mnl_attr_parse(nlh, offset, take_attr, &table);
}

/**
 * attr_nest - the attributes in another
 * @nest: the other, or NULL for none
 * @tb: told where each is, or NULL; @max + 1 of them
 * @max: greatest number of interest
 */
void attr_nest(const struct nlattr *nest, const struct nlattr **tb,
	       unsigned int max)
{
	struct attr_table table = { tb, max };

	memset(tb, 0, sizeof(*tb) * (max + 1));
	if (nest)
		mnl_attr_parse_nested(nest, take_attr, &table);
}

/**
 * attr_has - tell whether something is in an attribute
 * @attr: the attribute
 * @at: a place in the message
 *
 * Return: true if it is the attribute itself or a part of it.
 */
bool attr_has(const struct nlattr *attr, const char *at)
{
	const char *start = (const char *)attr;

	return at >= start && at < start + mnl_attr_get_len(attr);
}

/**
 * attr_u8 - a number
 * @attr: the attribute, or NULL
 *
 * Return: the number; 0 if it is missing or too short.
 */
uint8_t attr_u8(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(uint8_t))
		return 0;
	return mnl_attr_get_u8(attr);
}

/**
 * attr_u32 - a number
 * @attr: the attribute, or NULL
 *
 * Return: the number; 0 if it is missing or too short.
 */
uint32_t attr_u32(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(uint32_t))
		return 0;
	return mnl_attr_get_u32(attr);
}

/**
 * attr_u64 - a number
 * @attr: the attribute, or NULL
 *
 * Return: the number; 0 if it is missing or too short.
 */
uint64_t attr_u64(const struct nlattr *attr)
{
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(uint64_t))
		return 0;
	return mnl_attr_get_u64(attr);
}

/**
 * attr_name - the name of an interface
 * @attr: the attribute, or NULL
 * @name: IFNAMSIZ bytes; as it was if there is none, or one that is too long
 */
void attr_name(const struct nlattr *attr, char *name)
{
	if (attr && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) &&
	    mnl_attr_get_payload_len(attr) <= IFNAMSIZ)
		strcpy(name, mnl_attr_get_str(attr));
}
