/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VSPAN_NOTIFIER_H
#define _VSPAN_NOTIFIER_H

int vspan_notifier_init(void);
void vspan_notifier_uninit(void);

#endif /* _VSPAN_NOTIFIER_H */
