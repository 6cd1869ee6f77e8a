//! ElasticFace (Boutros et al., CVPR Workshops 2022, arXiv 2109.09416): a margin that is drawn from
//! N(m, sigma) for each sample and step. ElasticFace-Arc: z = cos(theta + E(m, sigma));
//! ElasticFace-Cos: z = cos(theta) - E(m, sigma).
#![forbid(unsafe_code)]

use std::f64::consts::{PI, TAU};

use synface::{
    Context, Create, Float, LossInfo, MarginInput, MarginLoss, MarginOutput, Param, PhiloxStream,
    Plugin, Result,
};

/// A stream of the plugin's own (those below 256 are synface's).
const MARGIN_STREAM: u32 = 256;

struct ElasticFace {
    scale: f64,
    margin: f64,
    sigma: f64,
    arc: bool,
}

impl Plugin for ElasticFace {
    const PARAMS: &'static [Param] = &[
        Param::f64("scale", 64.0).above(0.0).max(1000.0).doc("s: logits are s times z"),
        Param::f64("margin", 0.5)
            .range(0.0, 1.5)
            .doc("m, the mean of the margins: radian with arc, cosine with cos; the authors use 0.5 and 0.35"),
        Param::f64("sigma", 0.0125)
            .range(0.0, 0.5)
            .doc("the standard deviation of the margins; 0.0125 in the authors' code"),
        Param::one_of("form", &["arc", "cos"], 0)
            .doc("arc: ElasticFace-Arc, the margin is added to the angle; cos: ElasticFace-Cos"),
    ];

    fn create(create: &Create) -> Result<Self> {
        Ok(ElasticFace {
            scale: create.f64("scale")?,
            margin: create.f64("margin")?,
            sigma: create.f64("sigma")?,
            arc: create.choice_index("form")? == 0,
        })
    }
}

/// Of N(0, 1) (Box and Muller, 1958).
fn normal(random: &mut PhiloxStream) -> f64 {
    let radius = (-2.0 * (1.0 - random.uniform_double()).ln()).sqrt();
    radius * (TAU * random.uniform_double()).cos()
}

/// cos(theta + m) and its derivative by the cosine; beyond theta + m = pi (or below 0) it goes on
/// as a line of slope 1, so that z grows with the cosine everywhere.
fn arc<T: Float>(c: T, m: f64) -> (T, T) {
    let (cos_m, sin_m) = (m.cos(), m.sin());
    let edge = if m >= 0.0 { (PI - m).cos() } else { (-m).cos() };
    let beyond = if m >= 0.0 {
        c.to_f64() <= edge
    } else {
        c.to_f64() >= edge
    };
    if beyond {
        let end = if m >= 0.0 { -1.0 } else { 1.0 };
        return (T::from_f64(end - edge) + c, T::ONE);
    }
    // At c = 1 the derivative has no bound, while that of c by the embedding goes to zero.
    let sine = (T::ONE - c * c).max(T::EPSILON).sqrt();
    let (cos_m, sin_m) = (T::from_f64(cos_m), T::from_f64(sin_m));
    (c * cos_m - sine * sin_m, cos_m + c * sin_m / sine)
}

impl MarginLoss for ElasticFace {
    fn info(&self) -> LossInfo {
        match self.arc {
            true => LossInfo::angular(self.scale, self.margin),
            false => LossInfo::cosine(self.scale, self.margin),
        }
    }

    fn margin<T: Float>(
        &mut self,
        ctx: &Context,
        input: MarginInput<T>,
        output: MarginOutput<T>,
    ) -> Result<()> {
        let mut random = PhiloxStream::of_call(ctx, MARGIN_STREAM);
        for (i, &c) in input.cos.iter().enumerate() {
            let m = (self.margin + self.sigma * normal(&mut random)) * ctx.margin_scale();
            let (z, slope) = match self.arc {
                true => arc(c, m),
                false => (c - T::from_f64(m), T::ONE),
            };
            output.z[i] = z;
            output.dz_dcos[i] = slope;
        }
        Ok(())
    }
}

synface::plugin! {
    margin_loss: ElasticFace, id: "elasticface", revision: 1, version: env!("CARGO_PKG_VERSION"),
    doc: "ElasticFace: a margin that is drawn anew for each sample and step (Boutros et al., CVPR \
          Workshops 2022)."
}

#[cfg(test)]
mod tests {
    use super::*;
    use synface::testing::{create, with_context, Call, Setting};

    fn margins(
        cosines: &[f64],
        settings: &[(&str, Setting)],
        counter: u64,
    ) -> (Vec<f64>, Vec<f64>) {
        let mut loss: ElasticFace = create(settings, Default::default()).unwrap();
        let (mut z, mut slope) = (vec![0.0; cosines.len()], vec![0.0; cosines.len()]);
        let ones = vec![1.0; cosines.len()];
        let (rows, slots) = (cosines.len(), 1);
        let input = MarginInput {
            cos: cosines,
            norm: &ones,
            weights: &ones,
            rows,
            slots,
        };
        let output = MarginOutput {
            z: &mut z,
            dz_dcos: &mut slope,
            dz_dnorm: None,
        };
        let call = Call {
            counter,
            ..Call::default()
        };
        with_context(call, |ctx| loss.margin(ctx, input, output)).unwrap();
        (z, slope)
    }

    const FIXED: (&str, Setting) = ("sigma", Setting::F64(0.0));

    #[test]
    fn without_a_spread_it_is_arcface() {
        let cosines = [-0.8, -0.1, 0.3, 0.95];
        let (z, _) = margins(&cosines, &[FIXED], 0);
        for (z, c) in z.iter().zip(cosines) {
            assert!((z - (c.acos() + 0.5).cos()).abs() < 1e-12);
        }
    }

    #[test]
    fn derivatives_are_those_of_the_formula() {
        let h = 1e-7;
        for form in [0, 1] {
            let settings = [("form", Setting::I64(form)), ("sigma", Setting::F64(0.1))];
            for c in [-0.99, -0.6, 0.0, 0.4, 0.9] {
                let at = |c| margins(&[c], &settings, 5);
                let difference = (at(c + h).0[0] - at(c - h).0[0]) / (2.0 * h);
                assert!((at(c).1[0] - difference).abs() < 1e-5, "form {form} at {c}");
            }
        }
    }

    #[test]
    fn margins_have_the_mean_and_the_spread_that_were_asked_for() {
        let n = 20_000;
        let settings = [("form", Setting::I64(1)), ("sigma", Setting::F64(0.05))];
        let (z, _) = margins(&vec![0.0; n], &settings, 1);
        let mean = -z.iter().sum::<f64>() / n as f64;
        let spread = (z.iter().map(|z| (z + mean).powi(2)).sum::<f64>() / n as f64).sqrt();
        // Five standard errors.
        assert!(
            (mean - 0.5).abs() < 5.0 * 0.05 / (n as f64).sqrt(),
            "{mean}"
        );
        assert!(
            (spread - 0.05).abs() < 5.0 * 0.05 / (2.0 * n as f64).sqrt(),
            "{spread}"
        );
    }

    #[test]
    fn a_call_draws_the_same_again_and_another_call_something_else() {
        let draw = |counter| margins(&[0.1, 0.2], &[], counter);
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
