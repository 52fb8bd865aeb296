/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _CARP_REDIRECT_H
#define _CARP_REDIRECT_H

#include "carp.h"

bool carp_redirect4(struct carp_dev *carp, struct sk_buff *skb);
#if IS_ENABLED(CONFIG_IPV6)
bool carp_redirect6(struct carp_dev *carp, struct sk_buff *skb);
#endif
void carp_redirect_close(struct carp_dev *carp);

#endif /* _CARP_REDIRECT_H */
