// SPDX-License-Identifier: GPL-2.0-only
/* plant: leaks memory, so that a scan for leaks can be seen to find some
 *
 * kmemleak takes any word that looks like a pointer for one. What the last call
 * left in a register or on a stack hides an object, hence many of them, each
 * by itself, by a thread that has ended when insmod returns.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define PLANT_SIZE	200

static int count = 64;
module_param(count, int, 0444);
MODULE_PARM_DESC(count, "how many objects");

static int plant_thread(void *done)
{
	void *object;
	int i;

	for (i = 0; i < count; i++) {
		object = kmalloc(PLANT_SIZE, GFP_KERNEL);
		if (object)
			memset(object, 'p', PLANT_SIZE);
	}
	kthread_complete_and_exit(done, 0);
}

static int __init plant_init(void)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *thread;

	thread = kthread_run(plant_thread, &done, "plant");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wait_for_completion(&done);
	return 0;
}

/* It can be unloaded. */
static void __exit plant_exit(void)
{
}

module_init(plant_init);
module_exit(plant_exit);
MODULE_DESCRIPTION("Leaks memory, for tests");
MODULE_LICENSE("GPL");
