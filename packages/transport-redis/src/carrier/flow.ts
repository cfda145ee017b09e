/**
 * How much of a connection may be where:
 *
 * 1. Each side may have so many bytes of frames under way that the other has not read. It hears how far the other is with every
 *    entry of it, and with one of its own when nothing else is to be said. So a process that does not read makes neither Redis nor
 *    itself hold more than this for each of its links, and its peers hold what they have not signed yet.
 * 2. Of these, so many may be on their way to Redis. What is said meanwhile waits, and shares an entry and a signature: with more
 *    than one entry on its way, 64 requests in flight cost a third more processor time each.
 */

/** How much of one side may be unread. */
export const windowBytes = 8_388_608

/** After so much was read, the other side is told even if there is nothing else to say. */
export const grantBytes: number = windowBytes / 4

/** How much of one side may be on its way to Redis, and in how many entries. */
export const unansweredBytes = 262_144
export const unansweredEntries = 1

/** How long a side that has said its last waits for the other to say anything, in milliseconds. */
export const farewellMs = 5000
