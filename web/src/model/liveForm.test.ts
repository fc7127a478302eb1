import { describe, expect, it } from "vitest";
import { LiveForm } from "./liveForm";

const FORMS = ["main", "preview"] as const;

function begun(forms: readonly ("main" | "preview")[] = FORMS): LiveForm {
  const form = new LiveForm(forms);
  form.begin(0);
  return form;
}

/** What is watched, what is shown, and why. */
function said(form: LiveForm): unknown[] {
  return [form.stream, form.shown, form.because];
}

describe("LiveForm", () => {
  it("shows what is recorded as it comes", () => {
    const form = begun();
    form.told("connecting", 0);
    form.told("live", 900);
    form.turn(100_000);
    expect(said(form)).toEqual(["main", "main", null]);
  });

  it("shows the preview of what the browser cannot play, for good", () => {
    const form = begun();
    form.told("unplayable", 100);
    expect(said(form)).toEqual(["preview", "preview", "unplayable"]);
    form.told("live", 900);
    form.turn(2_000_000);
    expect(said(form)).toEqual(["preview", "preview", "unplayable"]);
  });

  it("shows pictures alone where the browser can play neither, or has no player", () => {
    const form = begun();
    form.told("unplayable", 100);
    form.told("unplayable", 200);
    form.turn(2_000_000);
    expect(said(form)).toEqual([null, "pictures", "unplayable"]);
    expect(said(begun([]))).toEqual([null, "pictures", "unplayable"]);
  });

  it("shows pictures while nothing gets through, and what is recorded as soon as that does", () => {
    const form = begun();
    form.turn(12_001);
    expect(said(form)).toEqual(["preview", "pictures", "late"]);
    form.turn(24_002);
    expect(said(form)).toEqual([null, "pictures", "late"]);
    form.turn(72_000);
    expect(said(form)).toEqual([null, "pictures", "late"]);
    form.turn(72_002);
    expect(said(form)).toEqual(["main", "pictures", "late"]);
    form.told("live", 73_000);
    expect(said(form)).toEqual(["main", "main", null]);
  });

  it("tries again after twice as long each time, and shows the preview that does come between", () => {
    const form = begun();
    form.turn(12_001);
    form.told("live", 12_500);
    expect(said(form)).toEqual(["preview", "preview", "late"]);
    form.turn(72_002);
    expect(said(form)).toEqual(["main", "pictures", "late"]);
    form.turn(84_003);
    expect(said(form)).toEqual(["preview", "pictures", "late"]);
    form.told("live", 84_500);
    form.turn(204_000);
    expect(form.stream).toBe("preview");
    form.turn(204_004);
    expect(form.stream).toBe("main");
  });

  it("tries what is recorded again, though the browser cannot play the preview", () => {
    const form = begun();
    form.turn(12_001);
    form.told("unplayable", 13_000);
    expect(said(form)).toEqual([null, "pictures", "late"]);
    form.turn(72_002);
    expect(said(form)).toEqual(["main", "pictures", "late"]);
    form.turn(84_003);
    expect(said(form)).toEqual([null, "pictures", "late"]);
  });

  it("shows pictures while there is no connection for live ones, and stays at what it watches", () => {
    const form = begun();
    form.told("live", 500);
    form.told("lost", 1000);
    form.turn(3900);
    expect(said(form)).toEqual(["main", "main", null]);
    form.turn(4001);
    expect(said(form)).toEqual(["main", "pictures", "lost"]);
    form.turn(4_000_000);
    form.told("connecting", 4_000_000);
    expect(said(form)).toEqual(["main", "pictures", "lost"]);
    form.told("live", 4_000_300);
    expect(said(form)).toEqual(["main", "main", null]);
  });

  it("does not wait in vain for a channel that has no picture itself", () => {
    const form = begun();
    form.told("notlive", 100);
    form.turn(60_000);
    expect(form.stream).toBe("main");
    form.told("connecting", 60_000);
    form.turn(71_000);
    expect(said(form)).toEqual(["main", "main", null]);
  });
});
