//! Input mixup: every image of a batch is blended with another one of the batch, and so are their
//! labels (Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018), with a share that
//! is drawn uniformly.
#![forbid(unsafe_code)]

use synface::sys::SYNFACE_STREAM_MIXUP;
use synface::{
    Context, Create, Key, MixInfo, MixSet, MixSource, Mixup, Param, PhiloxStream, Plugin, Result,
    Stage,
};

struct Mix {
    lowest: f32,
}

impl Plugin for Mix {
    const PARAMS: &'static [Param] = &[Param::f64("lowest", 0.5)
        .range(0.0, 1.0)
        .unit("fraction")
        .doc("the own image's share is drawn uniformly between this and 1")];

    fn create(create: &Create) -> Result<Self> {
        Ok(Mix { lowest: create.f64("lowest")? as f32 })
    }
}

impl Mixup for Mix {
    // The first source of a row is its own image; one set, the training set, is read.
    fn info(&self) -> MixInfo {
        MixInfo { stage: Stage::Batch, sources: 2, sets: 1 }
    }

    // Which images, and with which shares; the host blends. The numbers come from the call's
    // Philox stream alone, so that a rerun draws the same.
    fn pick(
        &mut self,
        ctx: &Context,
        keys: &[Key],
        _sets: &[MixSet],
        sources: &mut [MixSource],
    ) -> Result<()> {
        let mut random = PhiloxStream::of_call(ctx, SYNFACE_STREAM_MIXUP);
        for (row, key) in sources.chunks_exact_mut(2).zip(keys) {
            let share = self.lowest + (1.0 - self.lowest) * random.uniform();
            let partner = random.below(keys.len() as u32) as usize;
            row[0] = MixSource { key: *key, coefficient: share, label_weight: share };
            let rest = 1.0 - share;
            row[1] = MixSource { key: keys[partner], coefficient: rest, label_weight: rest };
        }
        Ok(())
    }
}

synface::plugin! {
    mixup: Mix, id: "@NAME@", revision: 1, version: env!("CARGO_PKG_VERSION"),
    doc: "Input mixup: blends every image of a batch with another one of the batch (Zhang et al., \
          ICLR 2018)."
}

#[cfg(test)]
mod tests {
    use super::*;
    use synface::testing::{create, with_context, Call, Setting};

    const ROWS: u32 = 64;

    fn picked(lowest: f64, counter: u64) -> Vec<MixSource> {
        let mut mix: Mix = create(&[("lowest", Setting::F64(lowest))], Default::default()).unwrap();
        let keys: Vec<Key> = (0..ROWS)
            .map(|r| Key { data_seed: 7, identity: r / 4, sample: r % 4, ..Key::default() })
            .collect();
        let mut sources = vec![MixSource::default(); 2 * keys.len()];
        let call = Call { counter, ..Call::default() };
        with_context(call, |ctx| mix.pick(ctx, &keys, &[], &mut sources)).unwrap();
        sources
    }

    #[test]
    fn rows_begin_with_themselves_and_sum_to_one() {
        for (r, row) in picked(0.5, 3).chunks_exact(2).enumerate() {
            assert_eq!((row[0].key.identity, row[0].key.sample), (r as u32 / 4, r as u32 % 4));
            assert!((0.5..=1.0).contains(&row[0].coefficient));
            assert!((row[0].coefficient + row[1].coefficient - 1.0).abs() < 1e-6);
            assert_eq!(row[0].label_weight, row[0].coefficient);
        }
    }

    #[test]
    fn the_call_alone_decides() {
        assert_eq!(picked(0.5, 3), picked(0.5, 3));
        assert_ne!(picked(0.5, 3), picked(0.5, 4));
    }
}
