/** What the launcher runs. */
module dev.convoy.cli {
  requires com.fasterxml.jackson.databind;
  requires dev.convoy.nn;
  requires info.picocli;
  requires java.desktop;
  requires me.tongfei.progressbar;

  opens dev.convoy.cli to
      com.fasterxml.jackson.databind,
      info.picocli;
}
