// SPDX-License-Identifier: GPL-2.0-only
/* Carry out a request: check against what is there, then link, addresses, up
 *
 * Whatever can be found out beforehand is, so that a command is refused as a
 * whole; the link's attributes go in one message, which the kernel takes or
 * refuses as a whole.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apply.h"
#include "group.h"
#include "main.h"
#include "nodes.h"
#include "state.h"

/**
 * struct job - a request being carried out
 * @nl: the socket
 * @req: the request
 * @state: the interface and all addresses, as they were before
 * @link: the interface, or NULL if it is to be created
 * @carpdev: index of the parent to send, or 0
 * @ifindex: the interface's
 */
struct job {
	struct nl *nl;
	struct request *req;
	struct state state;
	const struct link *link;
	int carpdev;
	int ifindex;
};

/* The kernel's own sentence where it has one. */
static int complain(struct job *job, const struct nlmsghdr *nlh, int err)
{
	const char *text = nl_sentence(job->nl);
	const char *word = NULL;

	if (job->nl->attr_offs)
		word = link_attr_name(nlh, job->nl->attr_offs);
	if (err == -EOPNOTSUPP && !strcmp(text, "Unknown device type"))
		return fail(job->req->ifname, "the kernel does not know carp interfaces; try modprobe carp");
	if (err == -EACCES && !text[0] && nlh->nlmsg_type == RTM_NEWADDR)
		return fail(job->req->ifname, "IPv6 is off there: net.ipv6.conf.%s.disable_ipv6 is 1",
			    job->req->ifname);
	return fail(job->req->ifname, "%s%s%s", word ? word : "",
		    word ? ": " : "", text[0] ? text : strerror(-err));
}

static int send_request(struct job *job, struct nlmsghdr *nlh)
{
	int err = nl_talk(job->nl, nlh, NULL, NULL);

	if (err)
		return complain(job, nlh, err);
	if (job->nl->text[0])
		fprintf(stderr, "carpconfig: %s: warning: %s\n",
			job->req->ifname, nl_sentence(job->nl));
	return EXIT_OK;
}

static int find_link(struct job *job)
{
	struct request *req = job->req;
	bool is_carp;
	int err;

	err = state_link(job->nl, req->ifname, &job->state, &is_carp);
	if (err && err != -ENODEV)
		return fail(req->ifname, "%s", strerror(-err));
	if (req->verb == REQUEST_CREATE)
		return err ? EXIT_OK : fail(req->ifname, "exists already");
	if (err)
		return fail(req->ifname, "no such interface");
	if (!is_carp)
		return fail(req->ifname, "not a carp interface");
	job->link = &job->state.links[0];
	job->ifindex = job->link->ifindex;
	return EXIT_OK;
}

static int check_carpdev(struct job *job)
{
	struct request *req = job->req;
	int index;

	if (!(req->given & GIVEN_CARPDEV))
		return EXIT_OK;
	index = if_nametoindex(req->carpdev);
	if (!index)
		return fail(req->ifname, "carpdev %s: no such interface",
			    req->carpdev);
	if (!job->link)
		job->carpdev = index;
	else if (job->link->carpdev_elsewhere || index != job->link->carpdev)
		return fail(req->ifname, "carpdev cannot be changed: destroy the interface and create it on %s",
			    req->carpdev);
	return EXIT_OK;
}

static int fill_nodes(struct job *job)
{
	char err[REQUEST_ERR_LEN];

	if (nodes_spread(job->req, job->link, err))
		return EXIT_OK;
	return fail(job->req->ifname, "%s", err);
}

static int check_interval(struct job *job)
{
	struct request *req = job->req;
	char err[REQUEST_ERR_LEN];
	uint8_t advbase;
	uint8_t advskew;

	if (!job->link ||
	    !(req->given & (GIVEN_ADVBASE | GIVEN_ADVSKEW | GIVEN_NODES)))
		return EXIT_OK;
	advbase = req->given & GIVEN_ADVBASE ? req->advbase :
					       job->link->advbase;
	advskew = nodes_least_advskew(req, job->link);
	if (request_check_interval(advbase, advskew, err))
		return EXIT_OK;
	return fail(req->ifname, "%s", err);
}

/* The kernel would find it out after it has taken the rest of the request. */
static int check_mtu(struct job *job)
{
	int carpdev = job->link ? job->link->carpdev : job->carpdev;
	struct request *req = job->req;
	uint32_t mtu;

	if (!(req->given & GIVEN_MTU) ||
	    (job->link && job->link->carpdev_elsewhere))
		return EXIT_OK;
	if (state_mtu(job->nl, carpdev, &mtu) || req->mtu <= mtu)
		return EXIT_OK;
	return fail(req->ifname, "mtu %u is more than the parent's, which is %u",
		    req->mtu, mtu);
}

static bool is_tracked(const struct link *link,
		       const struct request_track *track)
{
	const struct link_track *have;

	for (unsigned int i = 0; link && i < link->n_tracks; i++) {
		have = &link->tracks[i];
		if (!track->group_word == !have->name[0])
			continue;
		if (track->group_word ? track->group == have->group :
					!strcmp(track->name, have->name))
			return true;
	}
	return false;
}

static int check_tracks(struct job *job)
{
	struct request *req = job->req;
	struct request_track *track;
	unsigned int index;

	for (unsigned int i = 0; i < req->n_tracks; i++) {
		track = &req->tracks[i];
		/* The kernel knows a link that has other names by its first;
		 * what has gone may have been called what is another name now.
		 */
		index = track->group_word ? 0 : if_nametoindex(track->name);
		if (index && (track->weight || !is_tracked(job->link, track)))
			if_indextoname(index, track->name);
		if (track->group_word &&
		    !group_number(track->group_word, &track->group))
			return fail(req->ifname, NO_GROUP, track->group_word);
		if (!track->group_word && track->weight &&
		    !index &&
		    !is_tracked(job->link, track))
			return fail(req->ifname, "track %s: no such interface",
				    track->name);
		if (!track->weight && !is_tracked(job->link, track))
			return fail(req->ifname, "%s%s is not tracked",
				    track->group_word ? "group " : "",
				    track->group_word ?: track->name);
	}
	return EXIT_OK;
}

static int load_key(struct job *job)
{
	char prefix[sizeof("carpconfig: ") + IFNAMSIZ];
	struct request *req = job->req;
	char err[CARP_KEY_ERR_LEN];

	if (!req->passfile)
		return EXIT_OK;
	snprintf(prefix, sizeof(prefix), "carpconfig: %s", req->ifname);
	if (carp_key_load(&req->key, req->passfile, stderr, prefix, err))
		return EXIT_OK;
	return fail(req->ifname, "%s", err);
}

static const struct link_addr *find_addr(const struct job *job,
					 const struct request_addr *a)
{
	const struct link_addr *have, *found = NULL;

	for (size_t i = 0; job->link && i < job->state.n_addrs; i++) {
		have = &job->state.addrs[i];
		if (have->ifindex != job->ifindex ||
		    have->family != a->family ||
		    memcmp(have->addr, a->addr, sizeof(a->addr)))
			continue;
		/* IPv4 has the same one with several lengths. */
		if (a->has_prefixlen && have->prefixlen == a->prefixlen)
			return have;
		found = found ?: have;
	}
	return found;
}

/* As with one that was not set, the MAC follows from the vhid. With several
 * nodes it does in any case, and the kernel lets nobody set it.
 */
static int derive_lladdr(struct job *job)
{
	static const struct request nothing;
	struct request *req = job->req;
	uint8_t follows[sizeof(req->lladdr)];

	if (!(req->given & GIVEN_LLADDR) || req->own_lladdr)
		return EXIT_OK;
	if (!nodes_several(req, job->link)) {
		nodes_lladdr(req, job->link, req->lladdr);
		return EXIT_OK;
	}
	nodes_lladdr(&nothing, job->link, follows);
	if (job->link && job->link->n_nodes < 2 &&
	    memcmp(job->link->lladdr, follows, sizeof(follows)))
		return fail(req->ifname, "-lladdr first, in a command of its own: with several nodes the MAC address cannot be set");
	req->given &= ~GIVEN_LLADDR;
	return EXIT_OK;
}

static bool asks_for_ipv6(const struct request *req)
{
	static const uint8_t none[16];

	for (unsigned int i = 0; i < req->n_addrs; i++)
		if (req->addrs[i].family == AF_INET6 && !req->addrs[i].remove)
			return true;
	return memcmp(req->peer6, none, sizeof(none));
}

/* The kernel would find it out after it has taken the rest of the request. */
static int check_ipv6(struct job *job)
{
	int fd;

	if (!asks_for_ipv6(job->req))
		return EXIT_OK;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 && errno == EAFNOSUPPORT)
		return fail(job->req->ifname, "this kernel has no IPv6, or was booted with ipv6.disable=1");
	if (fd >= 0)
		close(fd);
	return EXIT_OK;
}

static int check_addr(struct job *job, struct request_addr *a)
{
	const struct link_addr *have = find_addr(job, a);
	const char *ifname = job->req->ifname;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(a->family, a->addr, text, sizeof(text));
	if (!have)
		return a->remove ? fail(ifname, "%s is not set", text) :
				   EXIT_OK;
	if (a->has_prefixlen && a->prefixlen != have->prefixlen)
		return fail(ifname, "%s is set with prefix length %u, not %u%s",
			    text, have->prefixlen, a->prefixlen,
			    a->remove ? "" : ": remove it first");
	if (!a->remove && a->has_broadcast &&
	    (!have->has_broadcast || memcmp(a->broadcast, have->broadcast,
					    sizeof(a->broadcast))))
		return fail(ifname, "%s is set with another broadcast address: remove it first",
			    text);
	/* A length that was not said is that which the address has. */
	a->prefixlen = have->prefixlen;
	return EXIT_OK;
}

static int check_addrs(struct job *job)
{
	int err;
	int rc;

	if (!job->req->n_addrs)
		return EXIT_OK;
	err = state_addrs(job->nl, &job->state);
	if (err)
		return fail(job->req->ifname, "%s", strerror(-err));
	for (unsigned int i = 0; i < job->req->n_addrs; i++) {
		rc = check_addr(job, &job->req->addrs[i]);
		if (rc)
			return rc;
	}
	return EXIT_OK;
}

static int send_link(struct job *job)
{
	bool create = job->req->verb == REQUEST_CREATE;
	char buf[MNL_NLMSG_HDRLEN + 4096];
	struct nlmsghdr *nlh;
	int rc;

	if (!create && !(job->req->given & GIVEN_LINK & ~GIVEN_CARPDEV))
		return EXIT_OK;
	nlh = nl_link_message(buf, RTM_NEWLINK,
			      create ? NLM_F_CREATE | NLM_F_EXCL : 0,
			      job->ifindex);
	link_encode(nlh, job->req, job->carpdev);
	rc = send_request(job, nlh);
	explicit_bzero(buf, sizeof(buf));
	explicit_bzero(&job->req->key, sizeof(job->req->key));
	if (rc || !create)
		return rc;
	job->ifindex = if_nametoindex(job->req->ifname);
	if (!job->ifindex)
		return fail(job->req->ifname, "is gone again");
	return EXIT_OK;
}

/* Setting an address that is set changes nothing, and it is not sent: the
 * kernel would announce the address anew.
 */
static int send_addr(struct job *job, const struct request_addr *a)
{
	char buf[MNL_NLMSG_HDRLEN + 256];
	struct nlmsghdr *nlh;

	if (!a->remove && find_addr(job, a))
		return EXIT_OK;
	if (a->remove)
		nlh = nl_addr_message(buf, RTM_DELADDR, 0);
	else
		nlh = nl_addr_message(buf, RTM_NEWADDR,
				      NLM_F_CREATE | NLM_F_EXCL);
	addr_encode(nlh, job->ifindex, a);
	return send_request(job, nlh);
}

static int send_addrs(struct job *job)
{
	int rc;

	for (unsigned int i = 0; i < job->req->n_addrs; i++) {
		rc = send_addr(job, &job->req->addrs[i]);
		if (rc)
			return rc;
	}
	return EXIT_OK;
}

static bool adds_addr(const struct request *req)
{
	for (unsigned int i = 0; i < req->n_addrs; i++)
		if (!req->addrs[i].remove)
			return true;
	return false;
}

/* An address makes the interface go up, as with ifconfig. */
static int send_up(struct job *job)
{
	char buf[MNL_NLMSG_HDRLEN + 256];
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	bool up;

	if (!(job->req->given & GIVEN_UPDOWN) && !adds_addr(job->req))
		return EXIT_OK;
	up = job->req->given & GIVEN_UPDOWN ? job->req->up : true;
	nlh = nl_link_message(buf, RTM_NEWLINK, 0, job->ifindex);
	ifi = mnl_nlmsg_get_payload(nlh);
	ifi->ifi_change = IFF_UP;
	ifi->ifi_flags = up ? IFF_UP : 0;
	return send_request(job, nlh);
}

static int send_destroy(struct job *job)
{
	char buf[MNL_NLMSG_HDRLEN + 256];

	return send_request(job, nl_link_message(buf, RTM_DELLINK, 0,
						 job->ifindex));
}

static int check(struct job *job)
{
	int rc;

	rc = find_link(job);
	if (!rc)
		rc = check_carpdev(job);
	if (!rc)
		rc = fill_nodes(job);
	if (!rc)
		rc = check_interval(job);
	if (!rc)
		rc = check_mtu(job);
	if (!rc)
		rc = check_ipv6(job);
	if (!rc)
		rc = check_addrs(job);
	if (!rc)
		rc = check_tracks(job);
	if (!rc)
		rc = load_key(job);
	return rc;
}

static int send_all(struct job *job)
{
	int rc;

	if (job->req->verb == REQUEST_DESTROY)
		return send_destroy(job);
	rc = send_link(job);
	if (rc)
		return rc;
	rc = send_addrs(job);
	if (!rc)
		rc = send_up(job);
	/* What this command made and could not finish is not left behind. */
	if (rc && job->req->verb == REQUEST_CREATE)
		send_destroy(job);
	return rc;
}

/**
 * apply - carry out a request other than to show
 * @nl: the socket
 * @req: the request; its key is wiped
 *
 * Return: an exit status; what went wrong has been said.
 */
int apply(struct nl *nl, struct request *req)
{
	struct job job = {
		.nl = nl,
		.req = req,
	};
	int rc;

	rc = check(&job);
	if (!rc)
		rc = derive_lladdr(&job);
	if (!rc)
		rc = send_all(&job);
	explicit_bzero(&req->key, sizeof(req->key));
	state_free(&job.state);
	return rc;
}
