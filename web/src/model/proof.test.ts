import { expect, test } from "vitest";
import type { ChannelOutcome, Outcome } from "../api/types";
import { isFailure, pending, proofOf, refusalOf } from "./proof";

function channel(name: string, more: Partial<ChannelOutcome> = {}): ChannelOutcome {
  return { channel: name, ok: true, fact: "", action: "", path: `/data/${name}.mp4`, ...more } as ChannelOutcome;
}

function outcome(channels: ChannelOutcome[], id = "r1"): Outcome {
  return { id, instant_utc: "2026-05-04T03:02:01Z", channels } as Outcome;
}

const BROKEN = channel("Stern", { ok: false, fact: "The disk is full.", path: null });

test("a still is proved by its pictures, channel by channel", () => {
  const proof = proofOf("still", outcome([channel("Bow"), channel("ROV pilot")]));
  expect([proof.tone, proof.done, proof.total]).toEqual(["done", 2, 2]);
  expect(proof.files.map((one) => one.picture)).toEqual([
    "/api/v1/framegrabs/r1/file?channel=Bow",
    "/api/v1/framegrabs/r1/file?channel=ROV%20pilot",
  ]);
});

test("a stop names the channels of which there was no file", () => {
  const stopped = outcome([channel("Bow"), channel("Stern", { path: null })]);
  const proof = proofOf("stop", stopped);
  expect([proof.tone, proof.withoutFile, isFailure(proof)]).toEqual(["partly", ["Stern"], false]);
  expect(proofOf("start", stopped).withoutFile).toEqual([]);
});

test("a stop that found nothing to stop says so", () => {
  const proof = proofOf("stop", outcome([channel("Bow", { path: null })], ""));
  expect([proof.isIdle, proof.withoutFile, proof.tone]).toEqual([true, [], "partly"]);
});

test("what failed on one channel, was refused, or has no answer is a failure", () => {
  expect(isFailure(proofOf("start", outcome([channel("Bow"), BROKEN])))).toBe(true);
  const said = { fact: "No channel can record.", action: "", channels: [BROKEN] };
  expect(isFailure(refusalOf("start", { ...said, isWithoutAnswer: false }))).toBe(true);
  expect(refusalOf("start", { ...said, isWithoutAnswer: true }).tone).toBe("unanswered");
  expect(isFailure(proofOf("start", outcome([channel("Bow")])))).toBe(false);
  expect(isFailure(pending("observe", "AN-001"))).toBe(false);
});
