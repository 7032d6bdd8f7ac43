/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations that the files of netlink/ share. */
#ifndef _VSPAN_NL_H
#define _VSPAN_NL_H

#include <net/genetlink.h>

#include "config/changes.h"

struct vspan_binding;
struct vspan_dev;
struct vspan_net;
struct vspan_output;
struct vspan_rule;
struct vspan_source;
struct vspan_source_key;
struct vspan_sums;

#ifdef VSPAN_HAVE_GENL_INFO_DUMP
#define vspan_nl_dump_attrs(cb)	(genl_info_dump(cb)->attrs)
#else
#define vspan_nl_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#endif

/**
 * struct vspan_nl_ref - numbers of the attributes that identify a span
 * @name: its name
 * @ifindex: its index in its own netns
 * @netnsid: that netns, if it is not that of the socket
 *
 * The numbers differ among the attribute sets.
 */
struct vspan_nl_ref {
	int name;
	int ifindex;
	int netnsid;
};

/* Serves a request for one source or binding. */
typedef int vspan_nl_serve_fn(struct sk_buff *skb, struct genl_info *info,
			      const struct vspan_source_key *key);

/* nlfamily.c */
extern struct genl_family vspan_nl_family;

/* nlsource.c */
int vspan_nl_keyed(struct sk_buff *skb, struct genl_info *info,
		   const struct vspan_nl_ref *ref, vspan_nl_serve_fn *serve);
struct vspan_source *vspan_nl_find_source(struct genl_info *info,
					  const struct vspan_source_key *key);

/* nlspan.c */
extern const struct vspan_nl_ref vspan_nl_by_span;
extern const struct vspan_nl_ref vspan_nl_by_source;
extern const struct vspan_nl_ref vspan_nl_by_binding;
extern const struct vspan_nl_ref vspan_nl_by_output;
int vspan_nl_names_span(struct genl_info *info, const struct vspan_nl_ref *ref);
struct vspan_dev *vspan_nl_span(struct genl_info *info,
				const struct vspan_nl_ref *ref);
struct vspan_dev *vspan_nl_find_span(struct sk_buff *skb,
				     struct genl_info *info,
				     const struct vspan_nl_ref *ref);
bool vspan_nl_has_output(const struct vspan_dev *vs, const struct net *net);
struct vspan_dev *vspan_nl_known_span(struct sk_buff *skb,
				      struct genl_info *info,
				      const struct vspan_nl_ref *ref);
int vspan_nl_fill_span_id(struct sk_buff *skb, struct net *net,
			  const struct net_device *dev,
			  const struct vspan_nl_ref *ref);

/* nlrule.c */
struct vspan_rule *vspan_nl_parse_rule(struct genl_info *info,
				       const struct vspan_rule *old);

/* One kind of object for gets, dumps and notifications. */
union vspan_nl_object {
	const struct vspan_dev *vs;
	const struct vspan_source *src;
	const struct vspan_binding *b;
	const struct vspan_output *out;
};

typedef int vspan_nl_fill_fn(struct sk_buff *skb, struct net *net,
			     union vspan_nl_object obj);

/* nlnotify.c */
void vspan_nl_lock(struct genl_info *info);
void vspan_nl_unlock(struct genl_info *info);
void vspan_nl_notify(struct net *net, u8 cmd, vspan_nl_fill_fn *fill,
		     union vspan_nl_object obj);

/* nlget.c */
int vspan_nl_reply(struct genl_info *info, u8 cmd, vspan_nl_fill_fn *fill,
		   union vspan_nl_object obj);
struct vspan_net *vspan_nl_dump_start(struct netlink_callback *cb);
bool vspan_nl_dump_wants(struct netlink_callback *cb, const struct vspan_dev *vs);
int vspan_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		      vspan_nl_fill_fn *fill, union vspan_nl_object obj);
void vspan_nl_notify_span(const struct vspan_dev *vs, enum vspan_change what);
void vspan_nl_notify_source(const struct vspan_source *src, enum vspan_change what);
void vspan_nl_notify_binding(const struct vspan_binding *b, enum vspan_change what);

/* nloutput.c */
void vspan_nl_notify_output(const struct vspan_output *out, enum vspan_change what);

/* nlfill.c */
int vspan_nl_fill_drops(struct sk_buff *skb, int attr,
			const struct vspan_sums *sums);
int vspan_nl_fill_span(struct sk_buff *skb, struct net *net,
		       const struct vspan_dev *vs);
int vspan_nl_fill_source(struct sk_buff *skb, struct net *net,
			 const struct vspan_source *src);
int vspan_nl_fill_binding(struct sk_buff *skb, struct net *net,
			  const struct vspan_binding *b);

#endif /* _VSPAN_NL_H */
