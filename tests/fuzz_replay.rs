//! The fuzz targets with a stable compiler: every seed, and 10,000 seeded mutations per target.
//!
//! A failure names the mutation and leaves its bytes in a file; the same mutation comes again in every run.

#[path = "../fuzz/targets.rs"]
mod targets;

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use support::rng::{Rng, mutate};
use targets::{Seeds, Target};

const MUTATIONS: usize = 10_000;

/// What one input may take, in a build without optimisation on a busy machine. Inputs are at most some tens of
/// kilobytes: what takes longer grows faster than its input.
const PATIENCE: Duration = Duration::from_secs(5);

#[test]
fn every_target_stands_seeds_and_mutations() {
    for target in targets::ALL {
        let seeds = seeds(target.1);
        write_seeds(target.0, &seeds);
        for (n, seed) in seeds.iter().enumerate() {
            run(target, &format!("seed {n}"), seed);
        }
        for n in 0..MUTATIONS {
            let mut rng = Rng::new(u64::try_from(n).unwrap());
            let seed = &seeds[rng.below(seeds.len())];
            run(target, &format!("mutation {n}"), &mutate(seed, &mut rng));
        }
        support::suite(&format!("fuzz {}", target.0), seeds.len() + MUTATIONS);
    }
}

#[test]
fn every_target_is_given_to_the_fuzzer() {
    let manifest = support::read_text(&support::project().join("fuzz/Cargo.toml"));
    for (name, ..) in targets::ALL {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        let file = support::read_text(&support::project().join(format!("fuzz/fuzz_targets/{name}.rs")));
        assert!(file.contains(&format!("targets::{name}(data)")), "fuzz_targets/{name}.rs runs another target");
    }
}

fn seeds(kind: Seeds) -> Vec<Vec<u8>> {
    let seeds = match kind {
        Seeds::Der => support::seeds::der_values(),
        Seeds::Pem => support::seeds::pem_files(),
        Seeds::Documents => support::seeds::documents(),
        Seeds::Bundles => support::seeds::bundles(),
        Seeds::Policies => support::seeds::policies(),
        Seeds::Urls => support::seeds::urls(),
        Seeds::Xml => support::seeds::xml_documents(),
        Seeds::Expressions => support::seeds::expressions(),
    };
    assert!(seeds.len() >= 5, "{kind:?}: the fixtures were not found");
    seeds
}

fn run(target: &Target, what: &str, input: &[u8]) {
    let (name, _, body) = target;
    #[expect(clippy::disallowed_methods, reason = "a test measures how long an input takes")]
    let began = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| body(input)));
    let took = began.elapsed();
    if outcome.is_err() || took > PATIENCE {
        let file = format!("{}/fuzz-{name}-{}", env!("CARGO_TARGET_TMPDIR"), what.replace(' ', "-"));
        #[expect(clippy::disallowed_methods, reason = "a test leaves what it found")]
        std::fs::write(&file, input).unwrap();
        let how = if outcome.is_err() { "panics" } else { "takes too long" };
        panic!("{name}: {what} {how} ({took:?}); its bytes are in {file}");
    }
}

/// Writes the seeds for the fuzzer, where that is asked for.
#[expect(clippy::disallowed_methods, reason = "the developer asks for it by the environment")]
fn write_seeds(target: &str, seeds: &[Vec<u8>]) {
    if std::env::var_os("SIGILLUM_SEEDS").is_none() {
        return;
    }
    let folder = support::project().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    for (n, seed) in seeds.iter().enumerate() {
        std::fs::write(folder.join(format!("fixture-{n}")), seed).unwrap();
    }
}
