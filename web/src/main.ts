import { mount } from "svelte";
import Door from "./Door.svelte";
import "./looks/tokens.css";
import "./looks/page.css";

const target = document.getElementById("page");
if (target === null) throw new Error("index.html has no element for the page");
mount(Door, { target });
