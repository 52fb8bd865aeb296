// SPDX-License-Identifier: GPL-2.0-only
/* hold: keeps RTNL and the system workqueues busy, as a slow driver or a script
 * that adds ten thousand routes would
 *
 * Once insmod returns, RTNL is held and, unless "queues" is 0, every place in
 * three system workqueues is taken by work that sleeps. Writing 0 to the
 * parameter "hold" ends it.
 * Parameter "ran" says how much of the work queued behind that has run: none,
 * or this module does not do what it says.
 *
 * For guests with one CPU: bound workqueues have places for each.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#define HOLD_QUEUES	3
/* Should nobody end it. Kernels complain of tasks that wait for 120 s. */
#define HOLD_LIMIT_MS	60000
#define HOLD_STEP_MS	10

static bool hold = true;
module_param(hold, bool, 0644);
MODULE_PARM_DESC(hold, "write 0 to let go");

static bool queues = true;
module_param(queues, bool, 0444);
MODULE_PARM_DESC(queues, "take the places in workqueues too");

static int ran;
module_param(ran, int, 0444);
MODULE_PARM_DESC(ran, "work that ran although all places are taken");

static struct work_struct *places;
static struct work_struct behind[HOLD_QUEUES];
static struct task_struct *holder;
static DECLARE_COMPLETION(held);
static DECLARE_COMPLETION(let_go);
static atomic_t started = ATOMIC_INIT(0);

static void hold_place(struct work_struct *work)
{
	atomic_inc(&started);
	wait_for_completion(&let_go);
}

static void hold_behind(struct work_struct *work)
{
	if (!completion_done(&let_go))
		WRITE_ONCE(ran, ran + 1);
}

static int hold_rtnl(void *unused)
{
	int left = HOLD_LIMIT_MS;

	rtnl_lock();
	complete(&held);
	while (READ_ONCE(hold) && !kthread_should_stop() && left > 0) {
		msleep(HOLD_STEP_MS);
		left -= HOLD_STEP_MS;
	}
	WRITE_ONCE(hold, false);
	complete_all(&let_go);
	rtnl_unlock();

	while (!kthread_should_stop())
		msleep(HOLD_STEP_MS);
	return 0;
}

/* Until no more of them start: as many as a queue runs at a time. */
static void hold_wait_taken(void)
{
	int before, calm = 0;

	while (calm < 10) {
		before = atomic_read(&started);
		msleep(HOLD_STEP_MS);
		calm = before == atomic_read(&started) ? calm + 1 : 0;
	}
}

static void hold_queues(void)
{
	struct workqueue_struct *system[HOLD_QUEUES] = {
		system_wq, system_highpri_wq, system_unbound_wq,
	};
	struct work_struct *work = places;
	int i, j;

	for (i = 0; i < HOLD_QUEUES; i++) {
		for (j = 0; j < WQ_MAX_ACTIVE; j++, work++) {
			INIT_WORK(work, hold_place);
			queue_work(system[i], work);
		}
		INIT_WORK(&behind[i], hold_behind);
		queue_work(system[i], &behind[i]);
	}
	hold_wait_taken();
}

static int __init hold_init(void)
{
	places = kvcalloc(HOLD_QUEUES * WQ_MAX_ACTIVE, sizeof(*places),
			  GFP_KERNEL);
	if (!places)
		return -ENOMEM;

	holder = kthread_run(hold_rtnl, NULL, "hold");
	if (IS_ERR(holder)) {
		kvfree(places);
		return PTR_ERR(holder);
	}

	wait_for_completion(&held);
	if (queues)
		hold_queues();
	return 0;
}

static void __exit hold_exit(void)
{
	int i;

	kthread_stop(holder);
	for (i = 0; queues && i < HOLD_QUEUES * WQ_MAX_ACTIVE; i++)
		flush_work(&places[i]);
	for (i = 0; queues && i < HOLD_QUEUES; i++)
		flush_work(&behind[i]);
	kvfree(places);
}

module_init(hold_init);
module_exit(hold_exit);
MODULE_DESCRIPTION("Holds RTNL and the system workqueues, for tests");
MODULE_LICENSE("GPL");
