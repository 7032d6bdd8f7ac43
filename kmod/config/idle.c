// SPDX-License-Identifier: GPL-2.0
/*
 * A span that is down or has no reader is idle. Its sources' devices then do not pass
 * transmitted frames to the hook, since the core would clone each of them
 * (dev_queue_xmit_nit(), net/core/dev.c). Received frames, which need no clone, still
 * reach the hook and are counted as lost.
 *
 * The span is told when the tap is opened, when a capture makes the span promiscuous and
 * when an output is added. Other readers (a packet socket without promiscuous mode, tc,
 * XDP, nftables) are found by a work that looks for them every VSPAN_IDLE_EACH while the
 * span is idle. That a reader has gone is noticed at the next frame of a source.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "config/idle.h"
#include "config/port.h"
#include "path/port.h"
#include "path/reader.h"
#include "path/source.h"
#include "vspan.h"

/* Delay before the next attempt if RTNL is held by somebody else. */
#define VSPAN_IDLE_AGAIN	max(HZ / 100, 1)

/* An output counts the frames that it cannot send, also if it has no device. So a span
 * with an output is never idle while it is up.
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

/* Does the work have to look for readers? A span without sources has nothing to read,
 * and ndo_open wakes a span that is down.
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
 * vspan_idle_look - find out whether a span should be idle, and act accordingly
 * @vs: a span that may have gained or lost a reader or source, or went down
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
 * vspan_idle_wake - treat a span as read for VSPAN_IDLE_EACH
 * @vs: a span that comes up or becomes promiscuous
 *
 * Packet sockets from before the span went down are active again only after ndo_open
 * (NETDEV_UP, packet_notifier()), and a capture may bind its socket only after it has
 * made the span promiscuous. Neither may miss a frame.
 *
 * Context: RTNL; may be in atomic context.
 */
void vspan_idle_wake(struct vspan_dev *vs)
{
	ASSERT_RTNL();
	vspan_idle_set(vs, false);
	/* A work that is already scheduled would run too early. */
	cancel_delayed_work(&vs->idle.look);
	schedule_delayed_work(&vs->idle.look, VSPAN_IDLE_EACH);
}

/* Takes RTNL only if something has changed, and only by rtnl_trylock(): the caller of
 * vspan_idle_end() may hold RTNL while it waits for this work.
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
 * vspan_idle_init - make a new span idle
 * @vs: the span
 */
void vspan_idle_init(struct vspan_dev *vs)
{
	vs->idle.on = true;
	INIT_DELAYED_WORK(&vs->idle.look, vspan_idle_work);
}

/**
 * vspan_idle_end - stop looking for readers
 * @vs: a span that the packet path no longer uses
 *
 * Context: process.
 */
void vspan_idle_end(struct vspan_dev *vs)
{
	cancel_delayed_work_sync(&vs->idle.look);
}
