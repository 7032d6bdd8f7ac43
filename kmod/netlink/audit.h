/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_AUDIT_H
#define _VSPAN_AUDIT_H

struct vspan_dev;

void vspan_audit_init(void);
void vspan_audit_uninit(void);
void vspan_audit_span(const struct vspan_dev *vs);

#endif /* _VSPAN_AUDIT_H */
