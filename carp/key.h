/* SPDX-License-Identifier: GPL-2.0-only */
/* CARP: the prepared key of a virtual host */
#ifndef _CARP_KEY_H
#define _CARP_KEY_H

#include "carp.h"

void carp_key_prepare(const struct carp_dev *carp, struct carp_key *key,
		      const struct carp_params *params, u8 vhid);
void carp_key_publish(struct carp_dev *carp, struct carp_key *key);
void carp_key_free(struct carp_vhost *vhost);

#endif /* _CARP_KEY_H */
