import { describe, it } from '@jest/globals'
import { replyWaiterSuite } from '@millrace/conformance'
import { createReplyWaiters } from '@millrace/reply-waiter'

replyWaiterSuite({ describe, it }, () => createReplyWaiters())
