/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.5 <linux/netdevice.h> declares what this header does. */
#ifndef _VSPAN_COMPAT_NET_GSO_H
#define _VSPAN_COMPAT_NET_GSO_H

#include <linux/netdevice.h>

#endif
