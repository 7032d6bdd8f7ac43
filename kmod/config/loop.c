// SPDX-License-Identifier: GPL-2.0
/* Makes the socket that owns all frames that the outputs of a netns have sent. By it,
 * path/loop.c recognizes such frames.
 */
#include <linux/net.h>
#include <net/net_namespace.h>

#include "config/loop.h"
#include "net.h"

/**
 * vspan_sock_create - make a socket that only serves as the owner of frames
 *
 * Frames hold references to the socket, and may outlive this module. So it is an ordinary
 * UDP socket that calls no code of this module. It is in init_net, so that no other
 * netns has to wait for it when it ends.
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
 * vspan_loop_prepare - make the socket of a netns before its first output
 * @net: the netns
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
 * vspan_loop_end - release the socket of a netns
 * @vn: a netns without hooks and outputs
 *
 * Context: may sleep.
 */
void vspan_loop_end(struct vspan_net *vn)
{
	if (!vn->signer)
		return;
	/* A span of another netns may still be sending through an output. */
	synchronize_net();
	sock_release(vn->signer);
}
