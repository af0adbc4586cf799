// What a TypeScript program does with the package. It is checked, not run: see types.test.mjs.

import { init, RaftariumError, Simulation } from "raftarium";
import type {
  Command,
  ErrorCode,
  Event,
  Op,
  OpResult,
  RequestStatus,
  Role,
  Run,
  ServerId,
  SimulationOptions,
  View,
} from "raftarium";

await init();
await init(new URL("https://example.org/raftarium_bg.wasm"));
await init(fetch("raftarium_bg.wasm"));
await init(new Uint8Array());

const options: SimulationOptions = { seed: 42n, servers: 5, link: { loss: 0.1 }, raft: { heartbeatInterval: 40 } };
const sim = new Simulation(options);
new Simulation();
new Simulation({ seed: "18446744073709551615" });

const seed: number | string = sim.seed;
const [now, end]: [number, number] = [sim.now, sim.end];
const hash: string = sim.hash;
sim.advance(3_000);
sim.seek(0);
const stepped: boolean = sim.stepForward() || sim.stepBack();

const view: View = sim.view();
const leader: ServerId | undefined = view.servers.find((server) => server.role === "leader")?.id;
const role: Role | null | undefined = view.servers[0]?.role;
const value: string | undefined = view.servers[0]?.state["x"];

const op: Op = { type: "put", key: "x", value: "1" };
const commands: Command[] = [
  { type: "crash", server: 1 },
  { type: "request", client: 1, op },
  { type: "request", client: 1, server: 2, op: { type: "get", key: "x" } },
  { type: "cut", from: 1, to: 2 },
  { type: "partition", groups: [[1, 2]] },
  { type: "healAll" },
  { type: "setLink", from: 1, to: 2, both: false, settings: { latencyMin: 1, latencyMax: 2, loss: 0.5 } },
];
for (const command of commands) {
  const at: number = sim.dispatch(command);
  sim.schedule(at + 100, command);
}
const crash: Command.crash = { type: "crash", server: 1 };
sim.dispatch(crash);

function tell(status: RequestStatus): string {
  switch (status.type) {
    case "waiting":
      return "no answer yet";
    case "unknown":
      return `nobody knows, since ${status.at} ms`;
    case "committed":
      return `at index ${status.index} of term ${status.term}: ${gave(status.result)}`;
    case "read":
      return `read at index ${status.index}: ${gave(status.result)}`;
    case "notLeader":
      return `ask ${status.leader ?? "another"}`;
    case "busy":
      return `server ${status.server} has too much to do`;
    case "down":
      return `server ${status.server} is down`;
    case "superseded":
      return `erased by term ${status.by}`;
    case "opened":
      return `session ${status.session}`;
    case "noLeases":
      return `server ${status.server} reads by no lease`;
    case "readFailed":
      return `not read: ${status.reason}`;
    case "sessionEnded":
      return `too late for its session, at index ${status.index}`;
  }
}

function gave(result: OpResult): string {
  switch (result.type) {
    case "done":
      return "done";
    case "value":
      return result.value ?? "no value";
    case "swapped":
      return result.swapped ? "replaced" : "another value";
    case "number":
      return result.number;
    case "notANumber":
      return "no number";
  }
}
const told: string[] = view.requests.map((request) => tell(request.status));

let { events, next } = sim.events();
({ events, next } = sim.events(next));
function leaderOf(event: Event): ServerId | null {
  return event.type === "node" && event.event.type === "becameLeader" ? event.server : null;
}
const elected = events.map(leaderOf);
const why: Event[] = sim.causes(0);
const explained: string[] = sim.why({ asks: "notLeader", about: { type: "server", id: 1 } }).causes.map(({ words }) => words);
// @ts-expect-error: no such question
sim.why({ asks: "howMuch", about: { type: "cluster" } });

const run: Run = sim.run();
const again: Simulation = Simulation.replay(JSON.parse(JSON.stringify(run)) as Run);
const { servers, raft }: { servers: number; raft: { heartbeatInterval: number } } = run.setup;
const statements: string[] = Simulation.rules().map((rule) => rule.statement);

try {
  again.advance(-1);
} catch (error) {
  if (!(error instanceof RaftariumError)) throw error;
  const code: ErrorCode = error.code;
  const known: "out-of-range" extends ErrorCode ? true : false = true;
  console.log(code, known, error.given, error.allowed, error.message);
}

// What is wrong is wrong for the compiler, too.
// @ts-expect-error: no such command
sim.dispatch({ type: "explode", server: 1 });
// @ts-expect-error: a field too few
sim.dispatch({ type: "crash" });
// @ts-expect-error: a field too many
sim.dispatch({ type: "healAll", server: 1 });
// @ts-expect-error: not a number
sim.advance("3000");
// @ts-expect-error: no such option
new Simulation({ sevrers: 5 });
// @ts-expect-error: errors are made by the package
new RaftariumError();

console.log(seed, now, end, hash, stepped, leader, role, value, told, elected, why, explained, servers, raft, statements);
sim.free();
again[Symbol.dispose]();
