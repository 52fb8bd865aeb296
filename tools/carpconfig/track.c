// SPDX-License-Identifier: GPL-2.0-only
/* Links whose state demotes an interface, in netlink messages; no I/O */

#include "attr.h"
#include "track.h"

/**
 * track_decode - read what a link tracks
 * @nest: IFLA_CARP_TRACK, or NULL for nothing
 * @link: where it goes
 */
void track_decode(const struct nlattr *nest, struct link *link)
{
	const struct nlattr *tb[CARP_TRACK_MAX + 1];
	const struct nlattr *attr;
	struct link_track *track;

	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) != CARP_TRACK_LINK ||
		    link->n_tracks == CARP_TRACK_LIST_MAX)
			continue;
		attr_nest(attr, tb, CARP_TRACK_MAX);
		track = &link->tracks[link->n_tracks++];
		attr_name(tb[CARP_TRACK_NAME], track->name);
		track->group = attr_u32(tb[CARP_TRACK_GROUP]);
		track->weight = attr_u32(tb[CARP_TRACK_WEIGHT]);
		track->down = attr_u32(tb[CARP_TRACK_DOWN]);
	}
}

/**
 * track_encode - put into a request what is to be tracked, or no longer
 * @nlh: the request, IFLA_INFO_DATA being open
 * @req: what was said
 */
void track_encode(struct nlmsghdr *nlh, const struct request *req)
{
	struct nlattr *list = mnl_attr_nest_start(nlh, IFLA_CARP_TRACK);
	const struct request_track *track;
	struct nlattr *nest;

	for (unsigned int i = 0; i < req->n_tracks; i++) {
		track = &req->tracks[i];
		nest = mnl_attr_nest_start(nlh, CARP_TRACK_LINK);
		if (track->group_word)
			mnl_attr_put_u32(nlh, CARP_TRACK_GROUP, track->group);
		else
			mnl_attr_put_strz(nlh, CARP_TRACK_NAME, track->name);
		mnl_attr_put_u32(nlh, CARP_TRACK_WEIGHT, track->weight);
		mnl_attr_nest_end(nlh, nest);
	}
	mnl_attr_nest_end(nlh, list);
}
