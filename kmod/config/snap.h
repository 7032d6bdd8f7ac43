/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_SNAP_H
#define _VSPAN_CONFIG_SNAP_H

int vspan_snap_init(void);
void vspan_snap_uninit(void);

#endif /* _VSPAN_CONFIG_SNAP_H */
