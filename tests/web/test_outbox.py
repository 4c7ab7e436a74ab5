"""What was sent and is not there yet (outbox): known by its id, kept until it is there, sent once and in order."""

from typing import Any

from tests.web.javascript import needs_node, run

pytestmark = needs_node

BOX = """import {Outbox} from "shared/outbox.js";
import {Feed} from "shared/feed.js";
import {Upload} from "shared/uploads.js";
const kept = new Map();
globalThis.localStorage = {getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v),
  removeItem: (k) => kept.delete(k), key: (i) => [...kept.keys()][i], get length() { return kept.size; }};
let down = 0; const asked = [];
const api = {call: async (method, path, body, {key} = {}) => {
  asked.push([method, body.text, key, body.client_id]);
  if (down) throw Object.assign(new Error("away"), {status: down === true ? 0 : down});
  return {id: `msg_${asked.length}`, change: asked.length, text: body.text, client_id: body.client_id,
    author: {id: "ann"}};
}, upload: async (file) => { if (file.bad) { file.bad -= 1; throw Object.assign(new Error("no"), {status: 0}); }
  return {id: `file_${file.name}`, name: file.name, size: 1, type: "x/y", url: "/f", upload: {}}; }};
const box = new Outbox(api, "ann");
const feed = Object.assign(new Feed(api, "room_1", "ann", box), {ready: true, room: {change: 0}});
const words = (rows) => rows.map((row) => row.text);
const real = setTimeout; globalThis.setTimeout = (step, ms) => 0;
"""


def said(code: str) -> Any:
    return run(BOX + code)


def test_a_row_goes_with_its_answer_and_its_key_is_its_client_id() -> None:
    code = """const message = await box.post("room_1", {text: "a"}); const [, , key, id] = asked[0];
    tell([message.text, box.rows.length, kept.size, key === id && key.length])"""
    assert said(code) == ["a", 0, 0, 32]


def test_a_row_outlives_the_page_and_is_said_again_under_the_same_id() -> None:
    code = """down = true; await box.post("room_1", {text: "a"}); down = 0;
    const next = new Outbox(api, "ann"); const before = words(next.rows); await next.retry();
    tell([before, asked[0][2] === asked[1][2], next.rows.length, kept.size, words(new Outbox(api, "eve").rows)])"""
    assert said(code) == [["a"], True, 0, 0, []]


def test_the_feed_takes_it_away_by_its_id_and_not_by_its_words() -> None:
    code = """down = true; await feed.say({text: "same"}); await feed.say({text: "same"}); const [one, two] = box.rows;
    feed.have = 1; const from = (id, client_id) => ({id, change: 1, text: "same", client_id, author: {id: "ann"}});
    feed.messages.set("old", from("old", "else"));
    const take = (change, message, what) => feed.take({change, message, what, summary: null});
    take(2, {...from("old", "else"), reactions: [1]}, "reaction"); const after = box.rows.length;
    take(3, {...from("new", two.key), change: 3}, "posted");
    tell([after, box.rows.length, box.rows[0] === one])"""
    assert said(code) == [2, 1, True]


def test_what_was_lost_on_the_way_back_is_there_once_also_while_the_page_is_loaded() -> None:
    code = """down = true; await feed.say({text: "once"}); const {key} = box.rows[0];
    const page = {items: [{id: "m", change: 1, text: "once", client_id: key, author: {id: "ann"}}], next: null};
    api.get = async (path) => path.includes("messages") ? page : {change: 1};
    await feed.load(); tell([words(feed.list), words(feed.pending)])"""
    assert said(code) == [["once"], []]


def test_rows_of_a_room_are_sent_in_the_order_in_which_they_were_written() -> None:
    code = """const slow = {name: "s"}; const wait = new Promise((done) => real(done, 20)); const {upload} = api;
    api.upload = async (file) => { await wait; return upload(file); };
    box.post("room_1", {text: "first"}, [new Upload(api, slow)]); await box.post("room_1", {text: "second"});
    tell(asked.map(([, text]) => text))"""
    assert said(code) == ["first", "second"]


def test_nothing_leaves_without_its_file_and_the_file_is_tried_again() -> None:
    code = """const upload = new Upload(api, {name: "a.txt", bad: 1}); await upload.up().catch(() => null);
    const file = {name: "b.txt", bad: 1};
    await box.post("room_1", {text: "see"}, [upload, new Upload(api, file)]);
    const before = [asked.length, box.rows[0].failed.status]; await box.retry();
    tell([before, asked.length, box.rows.length])"""
    assert said(code) == [[0, 0], 1, 0]


def test_a_file_that_was_going_up_when_its_page_went_is_given_back_and_not_before() -> None:
    code = """const upload = new Upload(api, {name: "a.txt", bad: 9});
    await box.post("room_1", {text: "see"}, [upload]); asked.length = 0; const back = [];
    const next = new Outbox(api, "ann"); next.onlost = ({text, lost}) => back.push([text, lost]); await next.retry();
    const before = [words(next.rows), back.length]; box.close(); await next.retry();
    tell([before, back, next.rows.length, kept.size, asked.length])"""
    assert said(code) == [[["see"], 0], [["see", ["a.txt"]]], 0, 0, 0]


def test_another_tab_does_not_send_what_still_waits_for_its_file_here() -> None:
    code = """const heard = []; globalThis.addEventListener = (kind, step) => heard.push(step);
    const next = new Outbox(api, "ann"); const upload = new Upload(api, {name: "a.txt", bad: 9});
    await box.post("room_1", {text: "see"}, [upload]); const [[key, newValue]] = kept;
    heard[0]({key, newValue}); asked.length = 0; await next.retry(); const before = asked.length;
    heard[0]({key, newValue: newValue.replace('"lost":["a.txt"]', '"lost":[]')}); await next.retry();
    tell([before, asked.length])"""
    assert said(code) == [0, 1]


def test_what_is_refused_for_good_waits_for_somebody_and_what_is_not_is_sent_again() -> None:
    code = """down = 422; await box.post("room_1", {text: "bad"}); down = 503; await box.post("room_1", {text: "good"});
    down = 0; asked.length = 0; await box.retry();
    const left = words(box.rows); await box.send(box.rows[0]); tell([asked.map(([, t]) => t), left, box.rows.length])"""
    assert said(code) == [["good", "bad"], ["bad"], 0]


def test_an_edit_waits_as_well_and_the_last_one_counts() -> None:
    code = """down = true; await box.amend("room_1", "msg_9", "one"); await box.amend("room_1", "msg_9", "two");
    const shown = box.edit("msg_9").text; down = 0; asked.length = 0; const next = new Outbox(api, "ann");
    await next.retry(); tell([shown, asked.map((each) => each.slice(0, 2)), next.rows.length, box.posts("room_1")])"""
    assert said(code) == ["two", [["PATCH", "two"]], 0, []]


def test_after_a_day_it_is_not_sent_again_by_itself() -> None:
    code = """down = true; await box.post("room_1", {text: "old"}); down = 0; asked.length = 0;
    const [[id, text]] = kept; kept.set(id, text.replace(/"at":"[^"]*"/, '"at":"2020-01-01T00:00:00Z"'));
    const next = new Outbox(api, "ann"); await next.retry(); tell([asked.length, words(next.rows)])"""
    assert said(code) == [0, ["old"]]
