/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_ETHTOOL_H
#define _VSPAN_ETHTOOL_H

struct ethtool_ops;

extern const struct ethtool_ops vspan_ethtool_ops;

#endif /* _VSPAN_ETHTOOL_H */
