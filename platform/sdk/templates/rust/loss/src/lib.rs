//! A margin that grows with the target's angle: z(c) = c - m (1 - c) / 2.
//!
//! The host computes the cosines c, and turns z into a loss and z's derivative into gradients; this
//! file is the formula and its derivative.
#![forbid(unsafe_code)]

use synface::{
    Context, Create, Float, LossInfo, MarginInput, MarginLoss, MarginOutput, Param, Plugin, Result,
};

struct Loss {
    scale: f64,
    margin: f64,
}

impl Plugin for Loss {
    const PARAMS: &'static [Param] = &[
        Param::f64("scale", 16.0).above(0.0).max(1000.0).doc("s: logits are s times z"),
        Param::f64("margin", 0.2).range(0.0, 1.0).doc(
            "m, taken whole off the cosine of an opposite target and not at all off a perfect one",
        ),
    ];

    fn create(create: &Create) -> Result<Self> {
        Ok(Loss { scale: create.f64("scale")?, margin: create.f64("margin")? })
    }
}

impl MarginLoss for Loss {
    fn info(&self) -> LossInfo {
        LossInfo::cosine(self.scale, self.margin)
    }

    // T is f32 in a training and f64 where `plugin check` compares gradients.
    fn margin<T: Float>(
        &mut self,
        ctx: &Context,
        input: MarginInput<T>,
        output: MarginOutput<T>,
    ) -> Result<()> {
        let (m, two) = (T::from_f64(self.margin * ctx.margin_scale()), T::from_f64(2.0));
        for (i, &c) in input.cos.iter().enumerate() {
            output.z[i] = c - m * (T::ONE - c) / two;
            output.dz_dcos[i] = T::ONE + m / two;
        }
        Ok(())
    }
}

synface::plugin! {
    margin_loss: Loss, id: "@NAME@", revision: 1, version: env!("CARGO_PKG_VERSION"),
    doc: "A margin that grows with the target's angle: c - m (1 - c) / 2."
}

#[cfg(test)]
mod tests {
    use super::*;
    use synface::testing::{create, with_context, Call, Setting};

    /// z and its derivative.
    fn margin_at(cosine: f64, margin: f64, ramp: f32) -> (f64, f64) {
        let mut loss: Loss = create(&[("margin", Setting::F64(margin))], Default::default()).unwrap();
        let (mut z, mut slope) = ([0.0], [0.0]);
        let input =
            MarginInput { cos: &[cosine], norm: &[1.0], weights: &[1.0], rows: 1, slots: 1 };
        let output = MarginOutput { z: &mut z, dz_dcos: &mut slope, dz_dnorm: None };
        let call = Call { margin_scale: ramp, ..Call::default() };
        with_context(call, |ctx| loss.margin(ctx, input, output)).unwrap();
        (z[0], slope[0])
    }

    #[test]
    fn a_perfect_target_pays_nothing_and_an_opposite_one_the_whole_margin() {
        assert!((margin_at(1.0, 0.2, 1.0).0 - 1.0).abs() < 1e-12);
        assert!((margin_at(-1.0, 0.2, 1.0).0 + 1.2).abs() < 1e-12);
        assert!((margin_at(-1.0, 0.2, 0.5).0 + 1.1).abs() < 1e-12);
    }

    #[test]
    fn the_derivative_is_that_of_the_formula() {
        let h = 1e-6;
        for c in [-0.9, -0.2, 0.0, 0.4, 0.99] {
            let z = |c| margin_at(c, 0.3, 1.0).0;
            let difference = (z(c + h) - z(c - h)) / (2.0 * h);
            assert!((margin_at(c, 0.3, 1.0).1 - difference).abs() < 1e-6, "at {c}");
        }
    }
}
