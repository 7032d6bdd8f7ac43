/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_BRIDGE_H
#define _VSPAN_CONFIG_BRIDGE_H

struct vspan_port;

int vspan_bridge_init(void);
void vspan_bridge_uninit(void);
void vspan_bridge_learn(struct vspan_port *port);

#endif /* _VSPAN_CONFIG_BRIDGE_H */
