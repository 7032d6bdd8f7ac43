/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_CONFIG_HANDOVER_H
#define _VSPAN_CONFIG_HANDOVER_H

#include <uapi/linux/vspan.h>

struct vspan_binding;
struct vspan_handover;

struct vspan_handover *vspan_handover_create(enum vspan_hook from);
void vspan_handover_run(struct vspan_handover *ho, struct vspan_binding *old);
void vspan_handover_free(struct vspan_handover *ho);

#endif /* _VSPAN_CONFIG_HANDOVER_H */
