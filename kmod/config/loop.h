/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_LOOP_H
#define _VSPAN_CONFIG_LOOP_H

struct net;
struct socket;
struct vspan_net;

struct socket *vspan_sock_create(void);
int vspan_loop_prepare(const struct net *net);
void vspan_loop_end(struct vspan_net *vn);

#endif /* _VSPAN_CONFIG_LOOP_H */
