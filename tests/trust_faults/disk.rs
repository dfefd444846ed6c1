//! A disk that is full, in each place where it may become full, and one that cannot be written: what is kept is whole, the
//! last good list stays, and what had no room is kept when there is some.
//!
//! The disk is one of a mount namespace of its own, in which this test runs once more.

use std::fs;
use std::path::Path;
use std::process::Command;

use sigillum::storage::lists::ListFolder;

use crate::list::ListMaker;
use crate::scene::{Scene, until};
use crate::support;
use crate::support::website::{Page, Website};

const NAME: &str = "zz";
/// Octets by which the lists are longer: they fill about 100 blocks.
const LONGER: usize = 400_000;

#[test]
fn a_list_without_room_is_in_use_and_kept_later() {
    const SUITE: &str = "trust list disk";
    let possible = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        // Not every machine lets programs mount: tests/run says that the suite was skipped.
        support::skipped(SUITE);
        return;
    }
    let mut command = Command::new("unshare");
    command.arg("-rm").arg(std::env::current_exe().unwrap());
    command.args(["disk::on_a_disk_of_its_own", "--exact", "--ignored", "--nocapture"]);
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    support::suite(SUITE, 20);
}

#[test]
#[ignore = "it mounts: run by the test above in a namespace of its own"]
fn on_a_disk_of_its_own() {
    let disk = tempfile::tempdir().unwrap();
    mount(&["-t", "tmpfs", "-o", "size=2m,mode=0700", "none"], disk.path());
    let (maker, site) = (ListMaker::new(), Website::new());
    let kept = disk.path().join("lists");
    let scene = Scene::new(&[(NAME.to_owned(), site.url("/list"))], Some(&kept), &maker.pin());
    let serve = |number: u64| site.put("/list", Page::of(maker.list(number, LONGER)));
    let filler = disk.path().join("filler");
    // A list that was kept is there, whole, and nothing half written beside it.
    let holds = |number: u64| {
        let shown = scene.shown();
        assert_eq!(
            (shown.number(NAME), &shown.list(NAME)["state"]),
            (Some(number), &"current".into()),
            "{shown:?}"
        );
        let kept = ListFolder::new(kept.clone()).load(NAME).unwrap().unwrap();
        assert!(kept.bytes.ends_with(b"</TrustServiceStatusList>"));
        assert!(!disk.path().join("lists/zz.list-new").exists());
    };
    serve(1);
    assert_eq!(scene.refresh(), (Some(0), vec!["zz: new".to_owned()]));
    holds(1);

    // Full after so many blocks: at once, in the middle of the list, just before its end.
    for (number, blocks) in (2..).zip([0, 1, 2, 30, 60, 90]) {
        fill(&filler, blocks);
        serve(number);
        let (code, lines) = scene.refresh();
        assert_eq!((code, lines.len()), (Some(2), 1), "{lines:?}");
        assert!(lines[0].starts_with("zz: unkept: ") && lines[0].contains("No space left"), "{lines:?}");
        holds(1);
        fs::remove_file(&filler).unwrap();
    }
    // With room enough it is kept.
    serve(20);
    assert_eq!(scene.refresh(), (Some(0), vec!["zz: new".to_owned()]));
    holds(20);

    // The service takes the newer one into use, says that it could not keep it, and keeps it when there is room.
    fill(&filler, 3);
    serve(21);
    let service = scene.serve();
    let trust = until("the newer list is in use", || {
        let _ = service.validated();
        Some(service.trust()).filter(|trust| trust.number(NAME) == Some(21))
    });
    let (outcome, reason) = trust.last_look(NAME);
    assert!(outcome == "unkept" && reason.contains("No space left"), "{outcome}: {reason}");
    holds(20);
    fs::remove_file(&filler).unwrap();
    until("the newer list is kept", || {
        let _ = service.validated();
        (scene.shown().number(NAME) == Some(21)).then_some(())
    });
    holds(21);
    assert_eq!(until("and said", || Some(service.trust().last_look(NAME).0).filter(|how| how != "unkept")), "same");
    assert!(service.lines.lock().unwrap().iter().any(|line| line.contains("could not be kept")));
    service.end();

    // A disk that cannot be written: what is kept there is believed, what is newer is in use.
    mount(&["-o", "remount,ro"], disk.path());
    assert_eq!(scene.refresh(), (Some(0), vec!["zz: same".to_owned()]), "nothing has to be written");
    serve(22);
    let (code, lines) = scene.refresh();
    assert!(code == Some(2) && lines[0].contains("Read-only"), "{lines:?}");
    holds(21);
    let service = scene.serve();
    until("the newer list is in use", || (service.trust().number(NAME) == Some(22)).then_some(()));
    let _ = service.validated();
    service.end();
    mount(&["-o", "remount,rw"], disk.path());
    assert_eq!(scene.refresh(), (Some(0), vec!["zz: new".to_owned()]));
    holds(22);
}

fn mount(options: &[&str], place: &Path) {
    assert!(Command::new("mount").args(options).arg(place).status().unwrap().success());
}

/// Fills the disk but for so many blocks of 4 KiB.
fn fill(filler: &Path, blocks: usize) {
    let mut whole = Vec::new();
    for size in (0..).map(|n| n * 4_096) {
        whole.resize(size, 0_u8);
        if size > (4 << 20) || fs::write(filler, &whole).is_err() {
            break;
        }
    }
    let left = whole.len().saturating_sub((blocks + 1) * 4_096);
    fs::write(filler, &whole[..left]).unwrap();
}
