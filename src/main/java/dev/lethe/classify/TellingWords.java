package dev.lethe.classify;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The words that tell what stands behind them in an address, in the languages of Lethe's sites. Immutable. */
final class TellingWords {

    /**
     * Names of personal fields: their value, the next segment or the text behind a colon, goes whatever it looks
     * like.
     */
    static final Set<String> FIELDS = words("""
        mailto courriel msisdn firstname first-name first_name lastname last-name last_name surname fullname
        full-name full_name prenom nom username user-name user_name login_hint birthdate birth-date dob
        date-of-birth date-de-naissance naissance ssn nir nin nino bsn pesel dni rpps adeli finess matricule
        passwd pwd jsessionid phpsessid sessionid session-id session_id sid access_token access-token id_token
        refresh_token api_key uid userid user-id user_id visitorid visitor-id clientid client-id client_id
        customerid customer-id customer_id patientid patient-id patient_id vorname nachname familienname
        benutzername geburtsdatum geburtstag cognome codice-fiscale nombre apellido apellidos voornaam
        achternaam imie nazwisko identifiant given-name family-name maiden-name nom-de-famille nickname handle
        birthday date_of_birth anniversaire nss niss num-secu numero-secu securite-sociale numero-fiscal
        steuer-id idnr personnummer cpr hetu cnp egn oib emso amka pps ppsn nif nie svnr taj national-insurance
        social-security session_token sessid aspsessionid csrf token_id customer-number kundennummer
        numero-client client-number member-id member-number\
        """);

    /**
     * Names of personal fields that also name ordinary pages: the next segment goes when it looks like a value.
     */
    static final Set<String> FIELDS_AND_PAGES = words("""
        email e-mail mail phone tel telephone mobile fax birthday siret siren iban rib bic lat lon lng latitude
        longitude card-number passport passeport ip password api-key apikey uuid guid geo position coords
        coordinates coordonnees gps address adresse anschrift lieferadresse direccion indirizzo adres
        delivery-address street plate plaque immatriculation registration-plate kennzeichen matricula targa
        kenteken pasaporte reisepass passaporto paspoort cni identity-card id-card carte-identite piece-identite
        titre-identite personalausweis permis driving-licence fuhrerschein imei mac vin iccid swift card carte
        telefon telefono telefoon handy gsm portable mobil rappel call dob nationality\
        """);

    /** Words that are followed by who it is, unless by one of {@link #PAGES}. */
    static final Set<String> INDIVIDUALS = words("""
        user users u profile profiles profil profils patient patients employee employees salarie salaries
        candidate candidates candidat candidats person persons personne utilisateur utilisateurs usuario
        usuarios benutzer student students eleve eleves people member-profile collaborateur collaborateurs
        employe employes mitarbeiter medewerker dipendente empleado pazienti paciente pacientes patienten
        gebruiker utente utenti uzytkownik uporabnik citoyen citizen\
        """);

    /** Words that are followed by who it is, or by an ordinary page; a number or several words joined go. */
    static final Set<String> PERSONS = words("""
        member members membre membres account accounts compte comptes customer customers client clients contact
        contacts doctor doctors subscriber subscribers abonne adherent adherents guest guests kunde kunden klant
        klanten cliente clientes clienti klient klienten kontakt konto mitglied mitglieder miembro miembros
        socio soci lid leden assure assures holder titulaire beneficiaire locataire tenant id\
        """);

    /** First words of pages below a person's address that are the same for everybody. */
    static final Set<String> PAGES = words("""
        about account activity add address addresses admin all api avatar billing change compte connexion create
        creer dashboard data delete donnees edit email export faq favorites favourites forgot forgotten friends
        group groups guide help history home import index inscription invite job jobs list log login logout
        manage me messages mes mon my new notification notifications order orders overview parametres password
        payment payments permissions personal portal preferences privacy profile profil public recover register
        registration reset resources roles search security services session sessions settings share sign signin
        signout signup stories subscription subscriptions success support team teams terms update verify view
        welcome wishlist advice advantages area areas avantages become benefits case cases care center centre
        close conditions confirm contact cookies devenir directory discover download espace features find for
        forum get how insurance invoices join kids learn listing map news offers offres online our plans premium
        press pricing prix product products program programme questions rates reference references resource
        reviews rewards search-results service since solutions spotlight status tarifs testimonials tips tools
        top tutorial type types webinar what why with work sales us form thank thanks merci danke gracias grazie\
        """);

    /**
     * Words that are followed by a secret or the number of something one person bought or asked for; what follows
     * goes when it holds a digit or a capital and is no title.
     */
    static final Set<String> SECRETS = words("""
        token reset reset-password password-reset resetpassword passwordreset forgot-password mot-de-passe
        verify verification verify-email confirm confirmation confirm-email activate activation invite invites
        invitation invitations unsubscribe desinscription magic magic-link magiclink session sessions sso otp
        share shared partage auth callback oauth signin-link login-link onetime one-time secret key keys code t
        s track tracking order orders commande commandes invoice invoices facture factures booking bookings
        reservation reservations ticket tickets case cases dossier dossiers claim claims policy-number
        prescription ordonnance order-received pedido pedidos bestellung bestellungen bestelling ordine ordini
        zamowienie rechnung rechnungen fattura factuur factura facturas buchung buchungen prenotazione reserva
        suivi sendung sendungen parcel parcels colis shipment delivery reçu recu receipt quote devis contrat
        contract dossier-numero sinistre subscription-id access\
        """);

    /** Words that are followed by the number of something published: up to eight digits stay. */
    static final Set<String> CONTENTS = words("""
        news article articles artikel articulo actualite actualites story stories post posts question questions
        video videos photo photos recipe recipes recette recettes product products produit produits produkt
        produkte producto item items dp p sku ref livre livres book books isbn doi movie film films title event
        events annonce annonces listing job jobs topic thread match\
        """);

    /** Words that are followed by the number of a scientific paper. */
    static final Set<String> PAPERS = words("doi abs arxiv");

    /** Names of what a list is narrowed by, written {@code name=value}. */
    static final Set<String> FACETS = words("""
        color colour couleur farbe size taille brand marque sort tri category categorie type page lang language
        view filter filtre price prix material year\
        """);

    /** Endings of four and more letters that follow one dot in addresses of pages. */
    static final Set<String> FILES = words("""
        html xhtml shtml phtml dhtml aspx ashx asmx json jsonld java scala swift rust yaml toml conf docx xlsx
        pptx jpeg webp avif tiff webm woff mpeg flac epub mobi action info shop store online cloud agency paris
        page markdown adoc properties gradle lock sqlite parquet ipynb torrent webmanifest manifest\
        """);

    /** The shorter ones. */
    static final Set<String> SHORT_FILES = words("""
        htm php asp jsp pdf txt xml csv md doc xls ppt png jpg gif svg css js ts zip gz\
        """);

    /** First words of dotted names of program modules. */
    static final Set<String> MODULES = words("""
        java javax jdk system microsoft django numpy scipy torch tensorflow spring react std core asyncio
        collections urllib http xml email concurrent importlib config\
        """);

    /** Mail providers, to recognise addresses written out as {@code name-at-provider}. */
    static final Set<String> MAIL_PROVIDERS = words("""
        gmail googlemail yahoo hotmail outlook live msn icloud aol gmx web orange wanadoo free sfr laposte
        proton protonmail posteo mailbox libero yandex\
        """);

    /** Nearly every word of an address is none of these, and one look is enough to know. */
    private static final Set<String> TELLING = Stream.of(FIELDS, FIELDS_AND_PAGES, INDIVIDUALS, PERSONS, SECRETS)
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private TellingWords() {}

    /** Whether any value may follow the word that is somebody's. */
    static boolean isTelling(String word) {
        return TELLING.contains(word);
    }

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }
}
