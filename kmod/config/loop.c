// SPDX-License-Identifier: GPL-2.0
/* The socket by which loop.c of path/ knows what the outputs of a netns have sent. */
#include <linux/net.h>
#include <net/net_namespace.h>

#include "config/loop.h"
#include "net.h"

/**
 * vspan_sock_create - make a socket that is to own frames, and does nothing else
 *
 * Frames hold it for themselves, and that may be longer than this module is there: so
 * it is the kernel's own, without any code of ours. One of the first netns is in
 * nobody's way when netns end.
 *
 * Context: may sleep.
 * Return: the socket, for sock_release(), or NULL without memory.
 */
struct socket *vspan_sock_create(void)
{
	struct socket *sock;

	if (sock_create_kern(&init_net, PF_INET, SOCK_DGRAM, IPPROTO_UDP, &sock))
		return NULL;
	return sock;
}

/**
 * vspan_loop_prepare - there are going to be outputs
 * @net: in that netns
 *
 * Context: RTNL, may sleep.
 * Return: 0 or -ENOMEM.
 */
int vspan_loop_prepare(const struct net *net)
{
	struct vspan_net *vn = vspan_net(net);
	struct socket *sock;

	if (vn->signer)
		return 0;
	sock = vspan_sock_create();
	if (!sock)
		return -ENOMEM;
	/* Pairs with vspan_loop_owner(). */
	smp_store_release(&vn->signer, sock);
	return 0;
}

/**
 * vspan_loop_end - there are no hooks and outputs any more
 * @vn: in that netns
 *
 * Context: may sleep.
 */
void vspan_loop_end(struct vspan_net *vn)
{
	if (!vn->signer)
		return;
	/* A span of another netns may still be sending by an output. */
	synchronize_net();
	sock_release(vn->signer);
}
