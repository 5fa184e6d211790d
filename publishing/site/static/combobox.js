// A text field with a list of suggestions: the ARIA pattern of an editable combobox.

const LONGEST = 60; // suggestions before something is typed

export function plain(text) {
  return text.normalize("NFKD").replace(/[\p{Mn}\p{Cf}]/gu, "").toLowerCase();
}

function compact(text) {
  return plain(text).replace(/[^\p{L}\p{N}]/gu, "");
}

// The options that contain the typed text ("gpt4o" finds "GPT-4o"); those with a word that starts
// with it come first.
function matching(options, typed) {
  const found = options.filter(({ label }) => compact(label).includes(compact(typed)));
  const starts = ({ label }) => ` ${plain(label)}`.includes(` ${plain(typed)}`);
  return [...found.filter(starts), ...found.filter((one) => !starts(one))];
}

// `choose(value)` is called with the value of an option, or "" if the reader empties the field.
// Returns `update(options, chosen)`: options are {value, label, n}; the field shows the chosen one.
export function combobox(input, choose) {
  const list = document.getElementById(input.getAttribute("aria-controls"));
  let options = [];
  let shown = "";
  let listed = [];
  let active = -1;

  function activate(place) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const line = list.children[active];
    line?.setAttribute("aria-selected", "true");
    line?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", line?.id ?? "");
  }

  function line(text, place) {
    const made = document.createElement("li");
    made.id = `${list.id}-${place}`;
    made.dir = "auto";
    made.setAttribute("role", "option");
    made.textContent = text;
    return made;
  }

  function note(text) {
    const made = line(text, "note");
    made.setAttribute("aria-disabled", "true");
    return made;
  }

  function option({ value, label, n }, place) {
    const made = line(`${label} (${n.toLocaleString("en")})`, place);
    made.setAttribute("aria-selected", "false");
    made.addEventListener("click", (event) => {
      take(value);
      if (event.pointerType === "touch") input.blur(); // its keyboard covers the results
    });
    return made;
  }

  function open() {
    const typed = input.value === shown ? "" : input.value.trim();
    listed = typed === "" ? options.slice(0, LONGEST) : matching(options, typed);
    const more = typed === "" ? options.length - listed.length : 0;
    list.replaceChildren(...listed.map(option));
    if (more > 0) list.append(note(`Type to find ${more.toLocaleString("en")} more`));
    if (listed.length === 0) list.append(note("No match"));
    list.hidden = false;
    list.scrollTop = 0;
    input.setAttribute("aria-expanded", "true");
    active = -1;
    activate(typed === "" || listed.length === 0 ? -1 : 0);
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.value = shown;
  }

  function take(value) {
    close();
    choose(value);
  }

  function leave() {
    if (input.value === "" && shown !== "") choose("");
    close();
  }

  const keys = {
    ArrowDown: () => (list.hidden ? open() : activate((active + 1) % listed.length)),
    ArrowUp: () => (list.hidden ? open() : activate((active > 0 ? active : listed.length) - 1)),
    Enter: () => (list.hidden || active < 0 ? leave() : take(listed[active].value)),
    Escape: close,
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  input.addEventListener("input", open);
  input.addEventListener("click", (event) => {
    if (!list.hidden) return;
    input.select();
    open();
    if (event.pointerType === "touch") input.scrollIntoView(); // above the keyboard
  });
  input.addEventListener("blur", leave);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus

  return (given, chosen) => {
    const isTyped = input.value !== shown;
    options = given;
    shown = chosen?.label ?? "";
    if (!isTyped) input.value = shown;
    if (!list.hidden && active < 0) open();
  };
}
