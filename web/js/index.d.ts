/// <reference lib="esnext.disposable" />

import type { ErrorCode } from "./pkg/raftarium.js";

export { Simulation } from "./pkg/raftarium.js";
export type {
  Address,
  Answer,
  Asks,
  Branch,
  BranchId,
  Cause,
  Change,
  Check,
  ClientId,
  Clock,
  Command,
  Cut,
  Deadline,
  DiskSettings,
  ElectionReason,
  EntryId,
  ErrorCode,
  Event,
  EventHead,
  EventId,
  Events,
  Explanation,
  Follower,
  Happening,
  Initial,
  InitialEntry,
  InitialMembership,
  Link,
  LinkSettings,
  LogEntry,
  LossReason,
  Membership,
  Milliseconds,
  NodeEvent,
  Op,
  OpResult,
  Packet,
  PacketAct,
  PacketClass,
  PacketKind,
  Progress,
  Question,
  RaftSettings,
  ReadBy,
  ReadFailure,
  Request,
  RequestStatus,
  Retries,
  Role,
  Rule,
  RuleInfo,
  Run,
  ScenarioFailure,
  ScenarioOutcome,
  Seed,
  SeedInput,
  Server,
  ServerId,
  Setup,
  SimulationOptions,
  Spread,
  StepDownReason,
  Thing,
  Timed,
  Timer,
  TransferEnd,
  Transition,
  View,
  Violation,
  Vote,
  VoteRefusal,
  WriteId,
} from "./pkg/raftarium.js";

/** Where the wasm can come from. */
export type WasmSource = URL | string | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the wasm. Call it, and wait for it, before anything else; to call it again costs nothing and changes nothing.
 *
 * Without an argument the wasm is taken from where it was installed: over the network in a page or a worker, from the
 * disk in Node. A bundler that knows `new URL(…, import.meta.url)` brings it along. Where neither fits, say where the
 * wasm is, or give its bytes; the package exports the file as `raftarium/raftarium.wasm`.
 *
 * @throws {RaftariumError} `load-failed`; it may be called again then.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void>;

/** Why something was refused. Nothing has changed then. */
export class RaftariumError extends Error {
  private constructor();
  /** `"RaftariumError"` */
  readonly name: string;
  /** What is wrong, for a program to look at. */
  readonly code: ErrorCode;
  /** What was given; of a panic, the {@link Run} that leads there. */
  readonly given: unknown;
  /** What is allowed, in words. */
  readonly allowed: string | undefined;
}
