// SPDX-License-Identifier: GPL-2.0
/*
 * A span that is down, or that nobody reads, is idle: its sources' devices need not
 * show what they send, for which the core would clone each frame
 * (dev_queue_xmit_nit(), net/core/dev.c). What they receive is still seen, which takes
 * no clone, and counted as lost.
 *
 * Most readers tell of themselves: an open of the tap, a capture that makes the span
 * promiscuous, an output. A packet socket that does not, tc, XDP and nftables are found
 * by looking, every VSPAN_IDLE_EACH while the span is idle. A reader who goes is
 * noticed by the next frame, whether it would have been copied or not.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "config/idle.h"
#include "config/port.h"
#include "path/port.h"
#include "path/reader.h"
#include "path/source.h"
#include "vspan.h"

/* Somebody has RTNL: ask again. */
#define VSPAN_IDLE_AGAIN	max(HZ / 100, 1)

/* An output counts what it cannot send: while there is one, even without its device,
 * all frames are seen.
 */
static bool vspan_idle_should(const struct vspan_dev *vs)
{
	bool seen;

	rcu_read_lock();
	seen = netif_running(vs->dev) &&
	       (!list_empty(&vs->outputs) || vspan_reader_any(vs));
	rcu_read_unlock();
	return !seen;
}

/* Is there anything to look for? Without a source no frame waits for a reader; a span
 * that is down tells when it is up.
 */
static bool vspan_idle_looks(const struct vspan_dev *vs)
{
	return READ_ONCE(vs->idle.on) && netif_running(vs->dev) && !list_empty(&vs->sources);
}

static void vspan_idle_set(struct vspan_dev *vs, bool on)
{
	const struct vspan_source *src;
	const struct vspan_binding *b;

	if (on == vs->idle.on)
		return;
	WRITE_ONCE(vs->idle.on, on);
	list_for_each_entry(src, &vs->sources, span_node)
		list_for_each_entry(b, &src->bindings, src_node)
			vspan_port_update(b->port, NULL, 0);
}

/**
 * vspan_idle_look - find out whether a span is idle, and act accordingly
 * @vs: the span; a reader, a source, or its being up has come or gone
 *
 * Context: RTNL; may be in atomic context.
 */
void vspan_idle_look(struct vspan_dev *vs)
{
	ASSERT_RTNL();
	vspan_idle_set(vs, vspan_idle_should(vs));
	if (vspan_idle_looks(vs))
		schedule_delayed_work(&vs->idle.look, VSPAN_IDLE_EACH);
}

/**
 * vspan_idle_wake - a span is taken to be read for a while
 * @vs: the span; it has come up, or somebody makes it promiscuous
 *
 * Packet sockets that were there when it went down are back a moment later than its
 * ndo_open (NETDEV_UP, packet_notifier()), and one may be bound to it a moment after it
 * was made promiscuous. They are not to miss a frame.
 *
 * Context: RTNL; may be in atomic context.
 */
void vspan_idle_wake(struct vspan_dev *vs)
{
	ASSERT_RTNL();
	vspan_idle_set(vs, false);
	/* One that is due sooner would be too soon. */
	cancel_delayed_work(&vs->idle.look);
	schedule_delayed_work(&vs->idle.look, VSPAN_IDLE_EACH);
}

/* RTNL is not needed to find that nothing has changed, and is only tried for, so that
 * vspan_idle_end() can wait for us whoever holds it.
 */
static void vspan_idle_work(struct work_struct *work)
{
	struct vspan_idle *idle = container_of(to_delayed_work(work),
					       struct vspan_idle, look);
	struct vspan_dev *vs = container_of(idle, struct vspan_dev, idle);

	if (vspan_idle_looks(vs) && vspan_idle_should(vs)) {
		schedule_delayed_work(&idle->look, VSPAN_IDLE_EACH);
		return;
	}
	if (!rtnl_trylock()) {
		schedule_delayed_work(&idle->look, VSPAN_IDLE_AGAIN);
		return;
	}
	vspan_idle_look(vs);
	rtnl_unlock();
}

/**
 * vspan_idle_init - a new span is idle
 * @vs: the span
 */
void vspan_idle_init(struct vspan_dev *vs)
{
	vs->idle.on = true;
	INIT_DELAYED_WORK(&vs->idle.look, vspan_idle_work);
}

/**
 * vspan_idle_end - look no more
 * @vs: the span, out of the packet path's reach
 *
 * Context: process.
 */
void vspan_idle_end(struct vspan_dev *vs)
{
	cancel_delayed_work_sync(&vs->idle.look);
}
