/// How the report looks: light and dark, on a desk, on a phone and on paper.
///
/// On a phone a figure takes the width of the page, with larger letters where it is of one panel (720 wide), which has
/// room for them; touched, it is shown in its own size.
enum ReportStyle {
  static let css = """
    :root {
      color-scheme: light dark;
      --page: #ffffff; --ink: #1b1f24; --soft: #59636e; --line: #d8dee4; --panel: #f5f7f9;
      --accent: #0a6bb0; --comment: #5f6b76; --string: #0a6640; --number: #8a3d00; --verb: #0a5ea8;
      --keyword: #8250a8; --option: #7a4a00; --wrong: #b3261e; --wrong-panel: #fdf1f0;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #14171b; --ink: #e3e7eb; --soft: #9aa5b1; --line: #333a42; --panel: #1c2126;
        --accent: #6cb6f2; --comment: #8b97a3; --string: #7fd1a0; --number: #f0a875; --verb: #7cc0fa;
        --keyword: #cfa6f5; --option: #e5c07b; --wrong: #ff8f85; --wrong-panel: #2b1a1a;
      }
      .plot [stroke='rgb(  0, 114, 178)'] { stroke: #3b9ddd; }
      .plot [fill='rgb(  0, 114, 178)'] { fill: #3b9ddd; }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink); line-height: 1.55;
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
    }
    main, footer { max-width: 58rem; margin: 0 auto; padding: 1.5rem 1.25rem; }
    section { margin: 0 0 1.1rem; }
    h1 { font-size: 1.9rem; line-height: 1.2; margin: .6rem 0 .8rem; letter-spacing: -.01em; }
    h2 { font-size: 1.35rem; line-height: 1.3; margin: 1.6rem 0 .5rem; }
    h3, h4 { font-size: 1.1rem; margin: 1.2rem 0 .4rem; }
    .prose p, .prose li { max-width: 44rem; }
    p { margin: .5rem 0; }
    code, pre { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
    code { font-size: .9em; background: var(--panel); padding: .1em .3em; border-radius: 4px; }
    pre {
      margin: .35rem 0; padding: .7rem .9rem; overflow-x: auto; font-size: .84rem; line-height: 1.5;
      border-radius: 7px; tab-size: 4;
    }
    pre.source, pre.plain { background: var(--panel); border: 1px solid var(--line); }
    pre.source { border-left: 3px solid var(--accent); }
    pre.output { padding-top: .2rem; padding-bottom: .2rem; color: var(--ink); border-left: 3px solid var(--line);
      border-radius: 0; }
    .echo { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--soft); }
    pre.error { background: var(--wrong-panel); color: var(--wrong); border: 1px solid var(--wrong); }
    .name { margin: .9rem 0 .1rem; font-size: .78rem; color: var(--soft); letter-spacing: .03em; }
    .cut, .address, figcaption { color: var(--soft); font-size: .86rem; }
    .comment { color: var(--comment); font-style: italic; }
    .string { color: var(--string); } .number { color: var(--number); } .option { color: var(--option); }
    .verb { color: var(--verb); font-weight: 600; } .keyword { color: var(--keyword); font-weight: 600; }
    .wrong { color: var(--wrong); border: 1px dashed var(--wrong); }
    .question { font-weight: 600; font-size: 1.05rem; margin: 1.1rem 0 .3rem; }
    .choices { margin: .2rem 0 .5rem; }
    .hands { color: var(--soft); }
    details { border: 1px solid var(--line); border-radius: 7px; padding: .4rem .9rem; }
    summary { cursor: pointer; color: var(--accent); font-weight: 600; }
    details[open] > summary { margin-bottom: .4rem; }
    figure { margin: 1rem 0; }
    .plot { overflow-x: auto; }
    .plot svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
    .plot:focus:not(:focus-visible) { outline: none; }
    figcaption { text-align: center; margin-top: .3rem; }
    math { font-size: 1.08em; }
    math[display="block"] { margin: .8rem 0; overflow-x: auto; overflow-y: hidden; }
    blockquote { margin: .6rem 0; padding: .1rem 1rem; border-left: 3px solid var(--line); color: var(--soft); }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; margin: .6rem 0; font-size: .93rem; }
    th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left; }
    .right { text-align: right; } .center { text-align: center; }
    hr { border: 0; border-top: 1px solid var(--line); margin: 1.4rem 0; }
    footer { border-top: 1px solid var(--line); color: var(--soft); font-size: .84rem; padding-top: .6rem; }
    footer h2 { font-size: .95rem; margin: .3rem 0 .5rem; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 0; }
    dd { margin: 0; overflow-wrap: anywhere; }
    @media (max-width: 36rem) {
      main, footer { padding: .9rem .8rem; }
      h1 { font-size: 1.5rem; }
      pre { font-size: .76rem; padding: .6rem .65rem; }
      dl { grid-template-columns: 1fr; }
      dd { margin: 0 0 .4rem .8rem; }
      .plot:focus svg { max-width: none; }
      .plot svg[width="720"] [font-size="13.00"] { font-size: 17px; }
      .plot svg[width="720"] [font-size="12.00"] { font-size: 14px; }
      figcaption::after { content: " · tap to enlarge"; }
    }
    @media print {
      :root { --page: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --panel: #f6f6f6; }
      main, footer { max-width: none; padding: 0; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      figure, pre.source { break-inside: avoid; }
      h1, h2, h3 { break-after: avoid; }
      details { border: 0; padding: 0; }
      details::details-content { content-visibility: visible; block-size: auto; display: block; }
      figcaption::after { content: none; }
    }
    """
}
