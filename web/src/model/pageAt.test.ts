import { expect, test } from "vitest";
import { pageAt, type Listens } from "./pageAt";

const NOW: Listens = { host: "127.0.0.1", inspector_port: 13000, integration_port: 8088, secure_port: null };
const BOARD = { ...NOW, host: "0.0.0.0" };
const LOCAL = { protocol: "http:", hostname: "localhost" };
const REMOTE = { protocol: "http:", hostname: "10.0.0.7" };

test("the page stays where it is", () => {
  expect(pageAt(LOCAL, NOW, NOW)).toBeNull();
  expect(pageAt(LOCAL, NOW, { ...NOW, integration_port: 8089 })).toBeNull();
  expect(pageAt(LOCAL, NOW, BOARD)).toBeNull();
  expect(pageAt(REMOTE, { ...NOW, host: "rov-van" }, { ...NOW, host: "rov-van" })).toBeNull();
});

test("another port is at the same name", () => {
  const next = { ...BOARD, inspector_port: 13001 };
  expect(pageAt(REMOTE, BOARD, next)).toEqual({ url: "http://10.0.0.7:13001/", isReached: true });
  expect(pageAt({ ...REMOTE, hostname: "[fe80::1]" }, BOARD, next)?.url).toBe("http://[fe80::1]:13001/");
});

test("one address of the network is found at that address alone", () => {
  expect(pageAt(LOCAL, NOW, { ...NOW, host: "10.0.0.7" })?.url).toBe("http://10.0.0.7:13000/");
  expect(pageAt(LOCAL, NOW, { ...NOW, host: "fe80::1" })?.url).toBe("http://[fe80::1]:13000/");
});

test("an address of the recorder itself is not reached from another computer", () => {
  expect(pageAt(REMOTE, BOARD, NOW)).toEqual({ url: "http://127.0.0.1:13000/", isReached: false });
});

test("who came by HTTPS stays there", () => {
  const secure = { ...BOARD, secure_port: 13443 };
  const here = { ...REMOTE, protocol: "https:" };
  expect(pageAt(here, secure, { ...secure, inspector_port: 13001 })).toBeNull();
  expect(pageAt(here, secure, { ...secure, secure_port: 443 })?.url).toBe("https://10.0.0.7:443/");
  expect(pageAt(here, secure, BOARD)?.url).toBe("http://10.0.0.7:13000/");
});
