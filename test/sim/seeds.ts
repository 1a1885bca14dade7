/**
 * Seeds that once broke an invariant, and what was wrong then. test/mutants.json puts most of it back, to see it found.
 * Those that are `alone` were found before worlds had people.
 */
export const PINNED: readonly { seed: number; alone?: true; was: string }[] = [
  { seed: 17, alone: true, was: "a 'now' asked twice moved the reader on, and called a gap what the log still had" },
  { seed: 16, alone: true, was: 'an answer to an earlier subscription of a channel was taken for one to the present' },
  { seed: 57, alone: true, was: 'a gap began where the server had pushed, not where the reader was' },
  {
    seed: 32238,
    alone: true,
    was: 'an answer that names a new epoch, given twice, was taken for a log that lost its end',
  },
  {
    seed: 2355,
    alone: true,
    was: 'messages of a new epoch came before the answer that names it, and were taken for the old',
  },
  { seed: 1095, alone: true, was: 'an acknowledgement beyond the position of its subscription was lost for good' },
  {
    seed: 438,
    alone: true,
    was: 'sent away by a transport at rest, which went on resting: a race that fills a small server had no end',
  },
  { seed: 24, alone: true, was: 'a client that was sent away forgot for how long when the close was lost' },
  { seed: 21, alone: true, was: 'a heartbeat ping under way put off the 2 s probe of a link with something overdue' },
  {
    seed: 20,
    alone: true,
    was: 'an acknowledgement lost with the window full was never said again: the reader starved',
  },
  { seed: 49, alone: true, was: "the server's own ping put off the client's, which alone repaired" },
  { seed: 80, alone: true, was: 'a reader ahead of the position it had asked for was not believed, and starved' },
  { seed: 22, alone: true, was: 'an unsub, or a sub, that came late ended or moved a later subscription' },
  { seed: 873, alone: true, was: 'a full server called a client back after 10 ms, over and over' },
  { seed: 143, alone: true, was: 'a server whose clock has fractions sent a retry that no client could read' },
  { seed: 1, was: 'of a message whose append was not answered its sender heard nothing more' },
  { seed: 17, was: 'and where the store did not say where it went, nobody asked again' },
  { seed: 61, was: 'what a page had received, and not acknowledged when it was reloaded, was lost for the senders' },
  { seed: 11, was: 'an unsub that was lost with its link left a member for ever' },
  { seed: 36, was: 'a leave that failed likewise' },
  { seed: 1412, was: 'of a message in an inbox that was left as soon as it was had, its sender was never told so' },
  { seed: 800, was: 'a sender that was among those who had changed did not hear that its message was gone' },
  { seed: 569, was: 'another position wanted while the store failed to tell the cursor was forgotten for the first' },
  { seed: 1239, was: "the simulator's own: behind a lost piece of an answer, the next one came" },
  {
    seed: 1091,
    was: "the simulator's own: a look at the members puts off the ping that repairs, and the exam did not know",
  },
  {
    seed: 15903,
    was: "the simulator's own: who slept through the loss of a log was taken to have been told of the log after that",
  },
  {
    seed: 9431,
    was: "the simulator's own: a first flight that waits for its turn follows what its client has left meanwhile",
  },
  { seed: 20177, was: 'a probe that waits as long as round trips take put off the verdict of the heartbeat' },
  {
    seed: 15276,
    was: 'what a heartbeat before a lost welcome said to be there was settled, and nobody asked who has it',
  },
]
