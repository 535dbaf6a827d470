import java.nio.file.Files;
import java.nio.file.Path;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates files against profiles; one line per file and profile: PASS or FAIL, profile, file, the first reasons. */
public final class ValidateArchive {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        String[] profiles = arguments[0].split(",");
        for (int index = 1; index < arguments.length; index++) {
            for (String profile : profiles) {
                PDFAFlavour flavour = PDFAFlavour.fromString(profile);
                try (PDFAParser parser = Foundries.defaultInstance().createParser(
                        Files.newInputStream(Path.of(arguments[index])), flavour);
                     PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                    ValidationResult result = validator.validate(parser);
                    StringBuilder reasons = new StringBuilder();
                    int shown = 0;
                    for (TestAssertion assertion : result.getTestAssertions()) {
                        if (assertion.getStatus() == TestAssertion.Status.FAILED && shown++ < 5) {
                            reasons.append(" | ").append(assertion.getRuleId().getClause()).append(": ")
                                   .append(assertion.getMessage().replaceAll("\\s+", " "));
                        }
                    }
                    System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + profile + " "
                        + Path.of(arguments[index]).getFileName() + reasons);
                }
            }
        }
    }
}
